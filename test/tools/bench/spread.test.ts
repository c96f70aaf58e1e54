import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratiosOf, spreadOf } from '../../../tools/bench/spread.ts';

test('a spread is the median with the lowest and the highest', () => {
  assert.deepEqual(spreadOf([3, 1, 2, 10]), { median: 2.5, low: 1, high: 10 });
  assert.deepEqual(spreadOf([7]), { median: 7, low: 7, high: 7 });
  assert.throws(() => spreadOf([]), /no values/);
});

test('a ratio is the median of the ratios of the rounds, not the ratio of the medians', () => {
  // the second round was slow for both
  assert.deepEqual(ratiosOf([10, 100, 12], [5, 50, 4]), { median: 2, low: 2, high: 3 });
});

test('ratios need as many values below as above', () => {
  assert.throws(() => ratiosOf([1, 2], [1]), /2 values against 1/);
});
