import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { recordRequest } from '../../../../tools/compare/cohorts/request-record.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { requestTrace, without, withSpanChanged } from '../../traces/request-trace.ts';

const failedRpc = { attributes: { 'service.name': 'client', [ATTR.errorType]: 'UNAVAILABLE' } };

test('an attempt that failed below a root without error is no failure of the request', () => {
  const record = recordRequest(normalise(withSpanChanged(requestTrace(), 5, failedRpc)));
  assert.equal(record?.error, null);
  assert.ok((record?.latencyMs ?? 0) > 0);
});

test('the error of the root is that of the request', () => {
  const { attributes } = requestTrace().spans[0] ?? { attributes: {} };
  const failed = withSpanChanged(requestTrace(), 1, {
    attributes: { ...attributes, [ATTR.errorType]: 'http_503' },
  });
  assert.equal(recordRequest(normalise(failed))?.error, 'http_503');
});

test('where the root is missing, the first error below counts', () => {
  const headless = without(withSpanChanged(requestTrace(), 5, failedRpc), 1);
  assert.equal(recordRequest(normalise(headless))?.error, 'UNAVAILABLE');
});

test('a request that says it started long before it was due has the latency from its start', () => {
  const due = { [ATTR.startDelayUs]: '-1500000' };
  const record = recordRequest(normalise(requestTrace({ rootAttributes: due })));
  assert.deepEqual(
    [record?.earlyStart, record?.startDelayMs, record?.latencyMs],
    [true, null, record?.durationMs],
  );
  const inTime = recordRequest(
    normalise(requestTrace({ rootAttributes: { [ATTR.startDelayUs]: '-400' } })),
  );
  assert.deepEqual([inTime?.earlyStart, inTime?.startDelayMs], [false, -0.4]);
});

test('a request that says it ended before it was due has the latency from its start', () => {
  const due = { [ATTR.startDelayUs]: '-900000' };
  const record = recordRequest(normalise(requestTrace({ rootAttributes: due })));
  assert.deepEqual(
    [record?.earlyStart, record?.startDelayMs, record?.latencyMs],
    [true, null, record?.durationMs],
  );
});

test('a request that ends in the moment in which it starts has no latency', () => {
  const [root] = requestTrace().spans;
  assert.ok(root);
  const trace = withSpanChanged(requestTrace(), 1, { endMs: root.startMs });
  const record = recordRequest(normalise(trace));
  assert.deepEqual(
    [record?.impossible, record?.durationMs, record?.latencyMs, record?.hops],
    [true, null, null, []],
  );
});
