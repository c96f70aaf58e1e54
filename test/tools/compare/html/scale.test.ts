import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTimeScale } from '../../../../tools/compare/html/scale.ts';

// biome-ignore format: a table
const CASES: readonly (readonly [from: number, to: number, count: number, ticks: readonly number[]])[] = [
  [0, 23.6, 6, [0, 5, 10, 15, 20]],
  [0, 413, 6, [0, 100, 200, 300, 400]],
  [0, 0.9, 6, [0, 0.2, 0.4, 0.6, 0.8]],
  [-3, 10, 6, [0, 5, 10]],
  [0, 0, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]],
];

for (const [from, to, count, ticks] of CASES) {
  test(`the ticks from ${from} to ${to} are round numbers`, () => {
    assert.deepEqual(createTimeScale(from, to).ticks(count), ticks);
  });
}

test('positions are per cent of the axis and stay on it', () => {
  const scale = createTimeScale(0, 30);
  assert.deepEqual([0, 10, 30, -5, 99].map(scale.percent), [0, 33.33, 100, 0, 100]);
});
