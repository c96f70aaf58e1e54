import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantileSorted } from 'simple-statistics';
import { createRandom } from '../../../../lib/random.ts';
import { medianOfMeans } from '../../../../tools/compare/statistics/median-of-means.ts';
import { typicalOf } from '../../../../tools/compare/statistics/typical.ts';

const typical = (values: readonly number[]) => typicalOf(Float64Array.from(values));

const near = (actual: number, expected: number, tolerance = 1e-4) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}`);

test('the typical value is the median of the means of all pairs', () => {
  assert.equal(typical([5]), 5);
  assert.equal(typical([1, 2]), 1.5);
  // Pairs of 1, 2, 9: 1 1.5 2 5 5.5 9.
  assert.equal(typical([9, 1, 2]), 3.5);
});

test('one request in ten that hangs hardly moves the typical value', () => {
  const calm = [1, 1.1, 0.9, 1, 1.05, 0.95, 1, 1.02, 0.98, 1];
  near(typical([...calm.slice(1), 1_000]), 1, 0.05);
});

test('a long run is reduced to its quantiles and keeps its typical value', () => {
  const values = Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 5_000);
  near(typical(values), 2_499.5, 1);
});

test('nothing has no typical value', () => {
  assert.throws(() => typical([]), /at least one value/);
});

test('it is to the last bit that of 41 quantiles, in any order, and only of as many as are asked for', () => {
  const random = createRandom(3);
  for (const length of [300, 42, 1_000, 65, 64, 41, 83, 2]) {
    const values = Array.from({ length }, () => random() * 100);
    const sorted = values.toSorted((one, other) => one - other);
    const quantiles = Array.from({ length: 41 }, (_, index) =>
      quantileSorted(sorted, (index + 0.5) / 41),
    );
    const expected = medianOfMeans(length > 41 ? quantiles : sorted);
    assert.equal(typicalOf(Float64Array.of(...values, -1, 1_000), length), expected, `${length}`);
  }
});
