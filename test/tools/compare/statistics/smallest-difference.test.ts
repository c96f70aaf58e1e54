import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast } from '../../../../tools/compare/statistics/contrast.ts';
import { PLAIN } from '../../../../tools/compare/statistics/scale.ts';
import {
  fasterMs,
  smallestMs,
  smallestRatio,
} from '../../../../tools/compare/statistics/smallest-difference.ts';

/** Six runs of four pairs that differ by 1 to 6. */
const pairs = [1, 2, 3, 4, 5, 6].map((more) => ({
  a: Array(4).fill(10 + more),
  b: Array(4).fill(10),
}));
const tested = contrast({ paired: true, runs: pairs }, { a: PLAIN, b: PLAIN });
const untested = contrast({ paired: true, runs: pairs.slice(1) }, { a: PLAIN, b: PLAIN });
const smallest = (4.255898 / 0.890973) * Math.sqrt(9.5 / 12);
const near = (actual: number | null | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 0.01, `${actual}, not ${expected}`);

test('of log ratios, the smallest difference is a factor, and its milliseconds at the median', () => {
  const found = smallestRatio(tested, { alpha: 0.05, ms: 40 });
  near(found?.ratio, Math.exp(smallest));
  near(found?.ms, 40 * (Math.exp(smallest) - 1));
});

test('of milliseconds, it starts at the difference that may get a verdict', () => {
  const found = smallestMs(tested, { alpha: 0.05, thresholdMs: 0.5, ms: 20 });
  near(found?.ms, 0.5 + smallest);
  near(found?.ratio, 1 + (0.5 + smallest) / 20);
});

test('beside a step that takes no time there is no ratio', () => {
  assert.equal(smallestMs(tested, { alpha: 0.05, thresholdMs: 0, ms: 0 })?.ratio, null);
});

test('where nothing can be tested, there is no smallest difference', () => {
  assert.equal(smallestRatio(untested, { alpha: 0.05, ms: 40 }), null);
  assert.equal(smallestMs(untested, { alpha: 0.05, thresholdMs: 0, ms: 40 }), null);
});

test("the faster side's median is the smaller one, and 0 where no side has any", () => {
  assert.equal(fasterMs([3, 4, 5], [1, 2, 9]), 2);
  assert.equal(fasterMs([], [7]), 7);
  assert.equal(fasterMs([], []), 0);
});
