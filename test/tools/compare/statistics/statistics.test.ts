import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  centreOf,
  holm,
  oneSample,
  twoSamples,
} from '../../../../tools/compare/statistics/statistics.ts';

const near = (actual: number, expected: number, tolerance = 1e-4) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}`);

test('the centre of runs leaves the lowest and the highest tenth out, and at least one of each', () => {
  assert.equal(centreOf([7]), 7);
  assert.equal(centreOf([1, 3]), 2);
  assert.equal(centreOf([1, 2, 99]), 2);
  assert.equal(centreOf([1, 2, 4, 99]), 3);
  // Of twenty two of each: the mean of 3 to 18.
  const twenty = Array.from({ length: 20 }, (_, index) => index + 1);
  assert.equal(centreOf(twenty.with(19, 10_000).with(18, 5_000)), 10.5);
  assert.ok(centreOf(twenty.with(19, 10_000).with(18, 5_000).with(17, 900)) > 60);
  assert.throws(() => centreOf([]), /at least one value/);
});

test('one sample gives the interval and p-value that the formula of Tukey and McLaughlin does', () => {
  // Winsorised 2 2 3 4 5 5: squares 9.5 over 4 * 3; Student's t with 3 degrees of freedom.
  const result = oneSample([6, 2, 3, 1, 5, 4]);
  near(result.estimate, 3.5);
  near(result.halfWidth(0.05), 3.182446 * Math.sqrt(9.5 / 12));
  near(result.halfWidth(0.2), 1.637744 * Math.sqrt(9.5 / 12));
  near(result.pValue(), 0.029259);
});

test("two samples give SAS's p-value of Yuen's test", () => {
  const a = [12, 14, 18, 25, 32, 44, 12, 14, 18, 25, 32, 44];
  const b = [17, 22, 14, 12, 30, 29, 19, 17, 22, 14, 12, 30, 29, 19];
  const result = twoSamples(a, b);
  near(result.pValue(), 0.514522, 1e-6);
  near(result.estimate, 234 / 10 - 244 / 12);
  near(twoSamples(b, a).estimate, -result.estimate);
  near(twoSamples(b, a).pValue(), 0.514522, 1e-6);
});

test('one run that hangs moves neither estimate nor interval beyond its neighbours', () => {
  const calm = [10, 11, 9, 10.5, 9.5, 10.2, 9.8, 10.4];
  const bad = calm.with(1, 220);
  near(oneSample(bad).estimate, oneSample(calm).estimate, 0.3);
  assert.ok(oneSample(bad).halfWidth(0.05) < 1);
  assert.ok(oneSample(bad).pValue() < 0.001);
});

test('the smallest difference is found in 80 of 100 cases, by the noncentral t distribution', () => {
  const error = Math.sqrt(9.5 / 12);
  const result = oneSample([6, 2, 3, 1, 5, 4]);
  near(result.smallest(0.05), (4.255898 / 0.890973) * error);
  near(result.smallest(0.2), (2.502063 / 0.890973) * error);
  assert.equal(oneSample([2, 2, 2, 2]).smallest(0.05), 0);
});

test('a difference that does not pass the threshold is never significant', () => {
  const result = oneSample([1, 1.01, 0.99, 1, 1.02, 0.98]);
  assert.equal(result.pValue(1), 1);
  assert.ok(result.pValue(0.9) < 0.001);
  assert.ok(result.pValue(0.9) > result.pValue());
});

test('runs without any spread are as sure as figures can be', () => {
  assert.equal(oneSample([2, 2, 2, 2]).pValue(), 0);
  assert.equal(oneSample([2, 2, 2, 2]).halfWidth(0.05), 0);
  assert.equal(oneSample([0, 0, 0, 0]).pValue(), 1);
  assert.equal(twoSamples([1, 1, 1, 1], [1, 1, 1, 1]).pValue(), 1);
});

test('what has no spread after trimming is refused', () => {
  assert.throws(() => oneSample([1, 2, 3]), /4 values, got 3/);
  assert.throws(() => twoSamples([1, 2, 3, 4], [1]), /got 4 and 1/);
});

test("Holm's adjustment steps down, stays in order and never passes 1", () => {
  assert.deepEqual(
    holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(6))),
    [0.03, 0.06, 0.06, 0.02],
  );
  assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
  assert.deepEqual(holm([]), []);
});
