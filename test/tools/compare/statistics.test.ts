import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holm, oneSample, twoSamples, typicalOf } from '../../../tools/compare/statistics.ts';

const near = (actual: number, expected: number, tolerance = 1e-4) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not near ${expected}`);

test('the typical value is the median of the means of all pairs', () => {
  assert.equal(typicalOf([5]), 5);
  assert.equal(typicalOf([1, 2]), 1.5);
  // Pairs of 1, 2, 9: 1 1.5 2 5 5.5 9.
  assert.equal(typicalOf([9, 1, 2]), 3.5);
});

test('one request in ten that hangs hardly moves the typical value', () => {
  const calm = [1, 1.1, 0.9, 1, 1.05, 0.95, 1, 1.02, 0.98, 1];
  near(typicalOf([...calm.slice(1), 1_000]), 1, 0.05);
});

test('a long run is reduced to its quantiles and keeps its typical value', () => {
  const values = Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 5_000);
  near(typicalOf(values), 2_499.5, 1);
});

test('nothing has no typical value', () => {
  assert.throws(() => typicalOf([]), /at least one value/);
});

// Student's sleep data, as R's t.test gives it for them.
const SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
const SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

test("one sample gives R's interval and p-value for Student's sleep data, paired", () => {
  const differences = SLEEP_1.map((value, index) => value - (SLEEP_2[index] ?? 0));
  const result = oneSample(differences);
  near(result.estimate, -1.58);
  near(result.estimate - result.halfWidth(0.05), -2.459886);
  near(result.estimate + result.halfWidth(0.05), -0.700114);
  near(result.pValue(), 0.002833);
});

test("two samples give R's interval and p-value for Student's sleep data, unpaired", () => {
  const result = twoSamples(SLEEP_1, SLEEP_2);
  near(result.estimate - result.halfWidth(0.05), -3.365483);
  near(result.estimate + result.halfWidth(0.05), 0.205483);
  near(result.pValue(), 0.079394);
});

test('a difference that does not pass the threshold is never significant', () => {
  const result = oneSample([1, 1.01, 0.99, 1, 1.02, 0.98]);
  assert.equal(result.pValue(1), 1);
  assert.ok(result.pValue(0.9) < 0.001);
  assert.ok(result.pValue(0.9) > result.pValue());
});

test('runs without any spread are as sure as figures can be', () => {
  assert.equal(oneSample([2, 2, 2]).pValue(), 0);
  assert.equal(oneSample([2, 2, 2]).halfWidth(0.05), 0);
  assert.equal(oneSample([0, 0, 0]).pValue(), 1);
  assert.equal(twoSamples([1, 1], [1, 1]).pValue(), 1);
});

test('one run has no spread to speak of, so it is refused', () => {
  assert.throws(() => oneSample([1]), /2 values, got 1/);
  assert.throws(() => twoSamples([1, 2], [1]), /got 2 and 1/);
});

test("Holm's adjustment steps down, stays in order and never passes 1", () => {
  assert.deepEqual(
    holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(6))),
    [0.03, 0.06, 0.06, 0.02],
  );
  assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
  assert.deepEqual(holm([]), []);
});
