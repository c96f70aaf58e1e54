import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newestFirst } from '../../../../tools/local/page/newest-first.ts';
import { requestTrace } from '../../traces/request-trace.ts';

test('finds the place of a trace of more spans than a call can have arguments', () => {
  const [earlier, later] = [requestTrace({ sequence: 1 }), requestTrace({ sequence: 2 })];
  const [span] = later.spans;
  assert.ok(span);
  const long = { ...later, spans: [...later.spans, ...Array(300_000).fill(span)] };
  assert.deepEqual(
    newestFirst([earlier, long], 2).map(({ traceId }) => traceId),
    [later.traceId, earlier.traceId],
  );
});
