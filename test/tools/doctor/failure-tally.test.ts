import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { createFailureTally } from '../../../tools/doctor/failure-tally.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { change, set, shift } from './changes.ts';
import { CLOUD_RUN } from './healthy-traces.ts';

const failed = (type: string) => ({ root: set({ [ATTR.errorType]: type }) });

/** The request on Cloud Run under another id, so much later. */
function at(byMs: number, digit: string, changes: Parameters<typeof change>[0]): Trace {
  const trace = change(changes).find(({ traceId }) => traceId === CLOUD_RUN) ?? assert.fail();
  return { ...trace, traceId: digit.repeat(32), spans: trace.spans.map(shift(byMs)) };
}

function tally(traces: readonly Trace[]) {
  const { see, all } = createFailureTally();
  for (const trace of traces) see(normalise(trace));
  return all();
}

test('groups what ended alike, the most frequent first, with the first and the last time', () => {
  const [first, second, ...others] = tally([
    at(900, '3', failed('http_504')),
    at(0, '1', failed('http_503')),
    at(700, '4', {}),
    at(500, '2', failed('http_504')),
    at(900, '5', {}),
  ]);
  assert.deepEqual(others, []);
  assert.deepEqual(
    first?.places.map(({ traceId }) => traceId?.[0]),
    ['2', '3'],
  );
  assert.equal(first?.tree.traceId[0], '2');
  assert.equal((first?.lastMs ?? 0) - (first?.sinceMs ?? 0), 400);
  // Only the one at 700 ms: at 900 ms the last one began, too.
  assert.equal(first?.between, 1);
  assert.equal(first?.othersOfCallee, 3);
  assert.equal(second?.failure.outcome, 'status 503');
});

test('lists the first hundred by their start, in whatever order they come, and counts all', () => {
  const traces = Array.from({ length: 150 }, (_, place) => {
    const later = (place * 67) % 150;
    const trace = at(later, '1', failed('http_504'));
    return { ...trace, traceId: later.toString(16).padStart(32, '0') };
  });
  const [group] = tally(traces);
  assert.equal(group?.count, 150);
  assert.deepEqual(
    group?.places.map(({ traceId }) => Number.parseInt(traceId ?? '', 16)),
    Array.from({ length: 100 }, (_, place) => place),
  );
});
