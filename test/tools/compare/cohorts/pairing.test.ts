import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { recordOf } from '../../../../tools/bench/simulate.ts';
import { pairByKey, pairRuns } from '../../../../tools/compare/cohorts/pairing.ts';
import { recordRequest } from '../../../../tools/compare/cohorts/request-record.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { MINUTE_MS, requestTrace } from '../../traces/request-trace.ts';

const MINUTE = new Date(MINUTE_MS).toISOString();

/** A request of a run that starts so many seconds into the one minute of all these tests. */
function record(
  platform: 'gcp_cloud_run' | 'gcp_kubernetes_engine',
  run: { atSecond: number; runId: string; sequence?: number; query?: string },
) {
  const { atSecond, runId, sequence = 0, query = 'love' } = run;
  const made = recordRequest(
    normalise(
      requestTrace({
        platform,
        sequence,
        query,
        traceId: `${platform} ${runId} ${sequence}`,
        startDelayMs: atSecond * 1_000,
        rootAttributes: { [ATTR.runId]: runId, [ATTR.scheduledMinute]: MINUTE },
      }),
    ),
  );
  assert.ok(made);
  return made;
}

const onRun = (run: Parameters<typeof record>[1]) => record('gcp_cloud_run', run);
const onGke = (run: Parameters<typeof record>[1]) => record('gcp_kubernetes_engine', run);

/** Each paired run as the ids of its two requests. */
const idsOf = (...sides: Parameters<typeof pairRuns>) =>
  pairRuns(...sides).map(({ pairs }) => pairs.map(({ a, b }) => `${a.runId}-${b.runId}`));

test('several runs of one minute are paired by their place within it', () => {
  const a = [onRun({ atSecond: 20, runId: 'a2' }), onRun({ atSecond: 0, runId: 'a1' })];
  const b = [onGke({ atSecond: 1, runId: 'b1' }), onGke({ atSecond: 21, runId: 'b2' })];
  assert.deepEqual(idsOf(a, b), [['a1-b1'], ['a2-b2']]);
});

test('runs that share their ids are paired by them, wherever they lie', () => {
  const a = [onRun({ atSecond: 0, runId: 'one' }), onRun({ atSecond: 20, runId: 'two' })];
  const b = [onGke({ atSecond: 0, runId: 'two' }), onGke({ atSecond: 20, runId: 'one' })];
  assert.deepEqual(idsOf(a, b), [['one-one'], ['two-two']]);
});

test('a run without its like on the other side has no partner', () => {
  const a = [onRun({ atSecond: 0, runId: 'a1' }), onRun({ atSecond: 20, runId: 'a2' })];
  assert.deepEqual(idsOf(a, [onGke({ atSecond: 0, runId: 'b1' })]), [['a1-b1']]);
});

test('requests of another sequence number or query are no partners', () => {
  const a = [onRun({ atSecond: 0, runId: 'a', sequence: 1 }), onRun({ atSecond: 0, runId: 'a' })];
  const other = [onGke({ atSecond: 0, runId: 'b', sequence: 1, query: 'world' })];
  assert.deepEqual(idsOf(a, other), []);
  assert.deepEqual(idsOf(a, [onGke({ atSecond: 0, runId: 'b', sequence: 1 })]), [['a-b']]);
});

test('a request that is there twice on one side is paired once', () => {
  const a = [onRun({ atSecond: 0, runId: 'a' }), onRun({ atSecond: 0, runId: 'a' })];
  assert.deepEqual(idsOf(a, [onGke({ atSecond: 0, runId: 'b' })]), [['a-b']]);
});

/** A request of another system at this second. */
const keyed = (second: number, pairKey: string | null, operation = 'shop:GET /') => ({
  ...recordOf({ side: 'a', run: 0, sequence: 0, paired: false, hops: [], latencyMs: 40 }),
  ...{ startMs: second * 1_000, pairKey, operation },
});
const secondsOf = (...pairs: Parameters<typeof pairByKey>) =>
  pairByKey(...pairs).map(({ a, b }) => [a.startMs / 1_000, b.startMs / 1_000]);

test('an attribute pairs requests of one operation, the first with the first', () => {
  const a = [keyed(5, 'x'), keyed(1, 'x'), keyed(2, 'y'), keyed(3, null)];
  const b = [keyed(6, 'x'), keyed(2, 'x'), keyed(3, 'y', 'shop:POST /'), keyed(3, null)];
  assert.deepEqual(secondsOf({ a, b }, 60_000), [
    [1, 2],
    [5, 6],
  ]);
});

test('two that began longer apart than asked for are no pair', () => {
  const sides = { a: [keyed(0, 'x'), keyed(0, 'y')], b: [keyed(60, 'x'), keyed(61, 'y')] };
  assert.deepEqual(secondsOf(sides, 60_000), [[0, 60]]);
});
