import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../../lib/random.ts';
import { createNormal } from '../../../../../tools/bench/simulate.ts';
import { lagOne } from '../../../../../tools/compare/statistics/windows/lag-one.ts';

const seriesOf = (values: readonly number[], at = values.map((_, place) => place)) => ({
  at,
  values,
});

test('the correlation of neighbours counts pairs of neighbours only, corrected for a short series', () => {
  // Away from 3.5: products 3.75 + 0.75 - 0.25 + 0.75 + 3.75 of 5 pairs, variance 17.5 / 6.
  const plain = 8.75 / 5 / (17.5 / 6);
  const found = lagOne(seriesOf([1, 2, 3, 4, 5, 6]));
  assert.ok(Math.abs((found ?? 0) - Math.min(1, (6 * plain + 1) / 3)) < 1e-12, `${found}`);
});

test('windows that alternate are the opposite of alike', () => {
  const values = Array.from({ length: 20 }, (_, place) => place % 2);
  assert.ok((lagOne(seriesOf(values)) ?? 0) < -1);
});

test('across a gap there are no neighbours', () => {
  const values = [1, 2, 1, 2, 1, 2, 1, 2];
  assert.equal(lagOne(seriesOf(values, [0, 2, 4, 6, 8, 10, 12, 14])), null);
  assert.equal(lagOne(seriesOf([1, 2, 3])), null);
});

test('values that never change resemble nothing', () => {
  assert.equal(lagOne(seriesOf(Array(12).fill(3))), 0);
});

test('on average the estimate of twenty values is that of the truth', () => {
  const random = createRandom(5);
  const normal = createNormal(random);
  for (const truth of [0, 0.4]) {
    let sum = 0;
    for (let count = 0; count < 2_000; count += 1) {
      let level = normal();
      const values = Array.from({ length: 20 }, () => {
        level = truth * level + Math.sqrt(1 - truth ** 2) * normal();
        return level;
      });
      sum += lagOne(seriesOf(values)) ?? 0;
    }
    // Uncorrected it would be 0.05 and 0.11 too low.
    assert.ok(Math.abs(sum / 2_000 - truth) < 0.03, `${sum / 2_000} for ${truth}`);
  }
});
