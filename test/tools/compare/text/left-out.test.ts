import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftOut } from '../../../../tools/compare/text/left-out.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const withWindows = (leftOf: { a: number; b: number }, operations: readonly string[]) => {
  const sample = sampleComparison();
  const mix = operations.map((operation) => ({ operation, share: 1 }));
  const windows = { lengthMs: 60_000, mix, leftOut: leftOf };
  return leftOut({ ...sample, overall: { ...sample.overall, windows } });
};

test('requests of operations that one side lacks are counted', () => {
  assert.deepEqual(withWindows({ a: 120, b: 0 }, ['frontend:POST /orders']), [
    'The verdict leaves out 120 warm requests of Cloud Run and 0 of GKE: their operations (service and name of the root span) are rare or missing on the other side.',
  ]);
  assert.deepEqual(withWindows({ a: 0, b: 0 }, ['frontend:POST /orders']), []);
});

test('without any operation in common nothing is left out of a verdict', () => {
  assert.deepEqual(withWindows({ a: 120, b: 80 }, []), []);
});
