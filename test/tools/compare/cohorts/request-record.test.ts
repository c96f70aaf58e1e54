import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { recordRequest } from '../../../../tools/compare/cohorts/request-record.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { deviationsOf } from '../../../../tools/traces/tree-deviations.ts';
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

/** What a root may say of its schedule that cannot be. */
const IMPOSSIBLE_DELAYS: readonly Record<string, string>[] = [
  { [ATTR.startDelayUs]: '-1500000' },
  { [ATTR.startDelayUs]: '-5000' },
  { [ATTR.startDelayUs]: '7200000000' },
  { [ATTR.startDelayUs]: '1e30' },
  { [ATTR.startDelayUs]: 'NaN' },
  { [ATTR.startDelayUs]: 'Infinity' },
  { [ATTR.startDelayUs]: 'soon' },
  { [ATTR.startDelayUs]: '0x10' },
  { [ATTR.startDelayUs]: '', [ATTR.scheduledTime]: 'soon' },
  { [ATTR.startDelayUs]: '', [ATTR.scheduledTime]: '2026-03-01T10:00:00Z' },
];
for (const attributes of IMPOSSIBLE_DELAYS) {
  test(`a request that says ${JSON.stringify(attributes)} has no latency, and is counted`, () => {
    const tree = normalise(requestTrace({ rootAttributes: attributes }));
    const record = recordRequest(tree);
    assert.deepEqual(
      [record?.impossibleDelay, record?.earlyStart, record?.startDelayMs, record?.latencyMs],
      [true, false, null, null],
    );
    assert.deepEqual(
      deviationsOf(tree).map(({ kind }) => kind),
      ['impossible-start-delay'],
    );
    assert.ok((record?.hops.layout.length ?? 0) > 0, 'the times of its spans are right');
  });
}

test('a request that its scheduled time alone says is early has the latency from its start', () => {
  const due = { [ATTR.startDelayUs]: '', [ATTR.scheduledTime]: '2026-03-02T12:00:00Z' };
  const tree = normalise(requestTrace({ rootAttributes: due }));
  const record = recordRequest(tree);
  assert.deepEqual(
    [record?.impossibleDelay, record?.earlyStart, record?.startDelayMs, record?.latencyMs],
    [false, true, null, record?.durationMs],
  );
  assert.deepEqual(deviationsOf(tree), []);
});

test('a request that starts up to an hour late, or within a timer’s step early, is counted', () => {
  for (const [delay, ms] of [
    ['-400', -0.4],
    ['0', 0],
    ['3600000000', 3_600_000],
  ] as const) {
    const tree = normalise(requestTrace({ rootAttributes: { [ATTR.startDelayUs]: delay } }));
    const record = recordRequest(tree);
    assert.deepEqual([record?.impossibleDelay, record?.startDelayMs], [false, ms]);
    assert.equal(record?.latencyMs, (record?.durationMs ?? 0) + ms);
    assert.deepEqual(deviationsOf(tree), []);
  }
});

test('a request that ends in the moment in which it starts has no latency', () => {
  const [root] = requestTrace().spans;
  assert.ok(root);
  const trace = withSpanChanged(requestTrace(), 1, { endMs: root.startMs });
  const record = recordRequest(normalise(trace));
  assert.deepEqual(
    [record?.impossible, record?.durationMs, record?.latencyMs, record?.hops.layout],
    [true, null, null, []],
  );
});
