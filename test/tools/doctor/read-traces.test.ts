import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseOptions } from '../../../tools/doctor/options.ts';
import { readTraces } from '../../../tools/doctor/read-traces.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { openFiles } from '../../../tools/traces/sources/files.ts';
import type { SourceDescription } from '../../../tools/traces/sources/source.ts';
import { endLine, headLine, traceLine } from '../../../tools/traces/sources/trace-lines.ts';
import { flagsOf } from '../cli/flags-of.ts';
import { requestTrace } from '../traces/request-trace.ts';

const OLD = requestTrace({ run: 0 });
const NEW = requestTrace({ run: 1 });
const NEW_END_MS = Math.ceil(Math.max(...NEW.spans.map(({ endMs }) => endMs)));
/** Its root is there already, what is below client is not. */
const HALF = { ...NEW, spans: NEW.spans.slice(0, 2) };
const SOURCE: SourceDescription = {
  kind: 'cloud-trace',
  name: 'my-project',
  local: false,
  since: null,
  until: null,
};

/** What doctor reads of the older trace and the others, saved so long after the newer one's end. */
async function readAfter(
  t: TestContext,
  ms: number,
  flags: readonly string[] = [],
  ...others: readonly Trace[]
) {
  const folder = await mkdtemp(join(tmpdir(), 'read-traces-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'saved');
  const lines = [
    headLine(SOURCE, NEW_END_MS + ms),
    ...[OLD, ...(others.length === 0 ? [NEW] : others)].map(traceLine),
  ];
  const end = endLine({ traces: 2, truncated: 'no quota' });
  await writeFile(path, [...lines, end].join(''));
  const options = parseOptions(flagsOf('doctor', '--from', path, ...flags), NEW_END_MS + ms);
  const ids: string[] = [];
  const read = await readTraces(await openFiles([path]), options, {
    signal: AbortSignal.timeout(60_000),
    onTrace: ({ traceId }) => ids.push(traceId),
  });
  return { ids, ...read };
}

test('traces that are not complete and ended less than 15 s before the read are left out, and it says so', async (t) => {
  const { ids, leftOut } = await readAfter(t, 14_999, [], HALF);
  assert.deepEqual(ids, [OLD.traceId]);
  assert.match(leftOut[0] ?? '', /^1 trace may still be arriving: not complete, and ended less/);
  assert.equal((await readAfter(t, 15_000, [], HALF)).ids.length, 2);
});

test('a trace that is complete is looked at, however young', async (t) => {
  const { ids, leftOut } = await readAfter(t, 0);
  assert.deepEqual(ids, [OLD.traceId, NEW.traceId]);
  assert.deepEqual(leftOut, []);
});

test('a trace that was asked for by its id is looked at, however young', async (t) => {
  assert.deepEqual((await readAfter(t, 0, ['--trace', NEW.traceId], HALF)).ids, [NEW.traceId]);
});

test('a window holds its first moment and not its last', async (t) => {
  const [oldMs, newMs] = [OLD, NEW].map(({ spans }) => Math.min(...spans.map((s) => s.startMs)));
  const at = (ms = 0) => new Date(ms).toISOString();
  const { ids } = await readAfter(t, 60_000, ['--since', at(oldMs), '--until', at(newMs)]);
  assert.deepEqual(ids, [OLD.traceId]);
});

test('it says what a file is of and that its reading was cut short', async (t) => {
  const { scope, cutShort } = await readAfter(t, 60_000);
  assert.match(scope, /saved \(saved from my-project\) \(local\)$/);
  assert.match(cutShort ?? '', /saved: no quota$/);
});

test('of a trace that comes twice the first copy counts, but for one that is still arriving', async (t) => {
  const { ids, leftOut } = await readAfter(t, 0, [], HALF, NEW, OLD, NEW);
  assert.deepEqual(ids, [OLD.traceId, NEW.traceId]);
  assert.deepEqual(leftOut, []);
  const again = await readAfter(t, 0, [], HALF, HALF);
  assert.match(again.leftOut[0] ?? '', /^1 trace may still be arriving/);
});
