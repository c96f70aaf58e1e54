import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCondition } from '../../../../tools/compare/gate/condition.ts';
import { evaluateGate } from '../../../../tools/compare/gate/evaluate-gate.ts';
import type { Judged } from '../../../../tools/compare/gate/gate.ts';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

/** a takes `ratio` times as long as b. */
const withRatio = (ratio: Comparison['overall']['ratio'], more: Partial<Comparison> = {}) => {
  const sample = sampleComparison(more);
  return { ...sample, overall: { ...sample.overall, ratio } };
};

function judged(comparison: Comparison, text: string): Judged {
  const conditions = [parseCondition(text)];
  const gate = evaluateGate(comparison, { conditions, requireVerdict: false });
  const [one] = gate.conditions;
  assert.ok(one);
  assert.equal(gate.outcome, one.outcome);
  assert.deepEqual([one.condition, one.limit], [text, conditions[0]?.limit]);
  return one;
}

const rounded = ({ estimate, interval }: Judged) =>
  [estimate, interval?.low ?? null, interval?.high ?? null].map((value) =>
    value === null ? null : Number(value.toFixed(3)),
  );

// a takes 0.8 (0.76 to 0.84) times as long as b: b takes 25 % (19.0 % to 31.6 %) longer.
const SLOWER_B = withRatio({ p50: 0.8, low: 0.76, high: 0.84 });
for (const [text, outcome, figures] of [
  ['b slower than 19 %', 'fails', [25, 19.048, 31.579]],
  ['b slower than 25 %', 'undecided', [25, 19.048, 31.579]],
  ['b slower than 32 %', 'passes', [25, 19.048, 31.579]],
  ['b faster than 0 %', 'passes', [-25, -31.579, -19.048]],
  ['a slower than 0 %', 'passes', [-20, -24, -16]],
  ['a faster than 15 %', 'fails', [20, 16, 24]],
  ['a faster than 20 %', 'undecided', [20, 16, 24]],
] as const) {
  test(`b takes 19 to 32 % longer: '${text}' ${outcome}`, () => {
    const one = judged(SLOWER_B, text);
    assert.equal(one.outcome, outcome);
    assert.deepEqual(rounded(one), figures);
    assert.deepEqual([one.unit, one.reason], ['%', null]);
  });
}

// a minus b is 12.1 ms (10.8 to 13.4).
for (const [text, outcome, figures] of [
  ['a slower than 10 ms', 'fails', [12.1, 10.8, 13.4]],
  ['a slower than 12 ms', 'undecided', [12.1, 10.8, 13.4]],
  ['b slower than 0 ms', 'passes', [-12.1, -13.4, -10.8]],
  ['b faster than 10 ms', 'fails', [12.1, 10.8, 13.4]],
] as const) {
  test(`a takes 10.8 to 13.4 ms longer: '${text}' ${outcome}`, () => {
    const one = judged(sampleComparison(), text);
    assert.deepEqual([one.outcome, one.unit], [outcome, 'ms']);
    assert.deepEqual(rounded(one), figures);
  });
}

test('an interval that ends at the limit passes, one that begins there does not fail', () => {
  assert.equal(judged(sampleComparison(), 'a slower than 13.4 ms').outcome, 'passes');
  assert.equal(judged(sampleComparison(), 'a slower than 10.8 ms').outcome, 'undecided');
});

test('an interval without an end is undecided above the limit, and its end is null', () => {
  const one = judged(withRatio({ p50: 0.5, low: 0, high: 0.95 }), 'b slower than 10 %');
  assert.equal(one.outcome, 'undecided');
  assert.equal(one.interval?.high, null);
  const fails = judged(withRatio({ p50: 0.5, low: 0, high: 0.9 }), 'b slower than 10 %');
  assert.equal(fails.outcome, 'fails');
});

test('without a verdict nothing is decided, and the reason is that of the verdict', () => {
  const sample = sampleComparison();
  const reason = '3 runs, and a verdict needs 6';
  const overall = { ...sample.overall, verdict: 'not-enough-data', reason } as const;
  const one = judged({ ...sample, overall }, 'a slower than 1 %');
  assert.deepEqual([one.outcome, one.interval, one.reason], ['undecided', null, reason]);
});

test('an estimate without an interval decides nothing', () => {
  const one = judged(withRatio({ p50: 3, low: null, high: null }), 'a slower than 1 %');
  assert.deepEqual([one.outcome, one.reason], ['undecided', 'the data gives no interval']);
});

test('one condition that fails fails the gate, else one that is undecided leaves it undecided', () => {
  const outcomeOf = (...texts: readonly string[]) =>
    evaluateGate(SLOWER_B, { conditions: texts.map(parseCondition), requireVerdict: true });
  const [passes, undecided, fails] = ['32', '25', '19'].map((limit) => `b slower than ${limit} %`);
  assert.ok(passes && undecided && fails);
  assert.equal(outcomeOf(passes, undecided, fails).outcome, 'fails');
  assert.equal(outcomeOf(passes, undecided).outcome, 'undecided');
  assert.equal(outcomeOf(passes, passes).outcome, 'passes');
  assert.equal(outcomeOf(passes).requireVerdict, true);
});

test('the difference that the data could find is told in the unit of the condition', () => {
  const sample = sampleComparison();
  const smallestDifference = { ratio: 1.25, ms: 2.5 };
  const found = { ...sample, overall: { ...sample.overall, smallestDifference } };
  const smallest = (text: string) => judged(found, text).smallestDifference?.toFixed(3);
  assert.equal(smallest('b slower than 1 %'), '25.000');
  assert.equal(smallest('b faster than 1 %'), '20.000');
  assert.equal(smallest('b slower than 1 ms'), '2.500');
  assert.equal(smallest('error rate of b higher than 1 point'), '1.370');
});

test('JSON holds all of it', () => {
  const gate = evaluateGate(withRatio({ p50: 0.5, low: 0, high: 0.9 }), {
    conditions: ['b slower than 10 %', 'p99 of b slower than 1 ms'].map(parseCondition),
    requireVerdict: false,
  });
  assert.deepEqual(JSON.parse(JSON.stringify(gate)), gate);
});

// b's p95 is 18.6 ms (16.5 to 20.6), and 1 % (0.5 to 2) of its requests failed.
const ERRORS = { p50: 0.01, low: 0.005, high: 0.02 };
const FAILING: Comparison = {
  ...sampleComparison(),
  errorRates: { ...sampleComparison().errorRates, b: ERRORS },
};
for (const [text, outcome, unit] of [
  ['p95 of b above 10 ms', 'fails', 'ms'],
  ['p95 of b above 18 ms', 'undecided', 'ms'],
  ['p95 of b above 30 ms', 'passes', 'ms'],
  ['p99 of b above 1 ms', 'undecided', 'ms'],
  ['error rate of b above 0.4 %', 'fails', '%'],
  ['error rate of b above 1 %', 'undecided', '%'],
  ['error rate of b above 2 %', 'passes', '%'],
] as const) {
  test(`an absolute limit, '${text}': ${outcome}`, () => {
    const one = judged(FAILING, text);
    assert.deepEqual([one.outcome, one.unit, one.of], [outcome, unit, 'value']);
    if (unit === '%') {
      assert.deepEqual(rounded(one), [1, 0.5, 2]);
      assert.equal(one.smallestDifference?.toFixed(2), '1.43');
    }
  });
}

test('an absolute limit decides nothing where wrong answers or few runs take the rates away', () => {
  const reason = 'a wrong count';
  const wrong = { ...FAILING, errorRates: { ...FAILING.errorRates, reason } };
  for (const text of ['p95 of b above 10 ms', 'error rate of b above 0.4 %']) {
    const one = judged(wrong, text);
    assert.deepEqual([one.outcome, one.reason], ['undecided', reason]);
  }
});

test('the rate of a sample that may lack failures lets no condition pass', () => {
  const traces = { estimate: 1_000, low: 900, high: 1_100 };
  const sampleOf = (failures: 'all' | 'part') => ({
    ...FAILING,
    sample: { text: '', slices: 1, of: 2, sliceMs: 60_000, seed: 1, failures, traces },
  });
  const passing = judged(sampleOf('part'), 'error rate of b above 2 %');
  assert.equal(passing.outcome, 'undecided');
  assert.match(passing.reason ?? '', /^the rate is that of a sample, and not every failure/);
  assert.equal(judged(sampleOf('part'), 'error rate of b above 0.4 %').outcome, 'fails');
  assert.equal(judged(sampleOf('all'), 'error rate of b above 2 %').outcome, 'passes');
  assert.equal(judged(sampleOf('part'), 'p95 of b above 30 ms').outcome, 'passes');
});

test('the gate says at which confidence the intervals of its conditions are', () => {
  const at = (...texts: readonly string[]) =>
    evaluateGate(FAILING, { conditions: texts.map(parseCondition), requireVerdict: false });
  assert.equal(at('a slower than 1 %').confidence, 0.95);
  const two = ['a slower than 1 %', 'b slower than 1 %'];
  assert.equal(at(...two).confidence, 0.95);
  assert.equal(at(...two, ...two).confidence, 0.975);
});
