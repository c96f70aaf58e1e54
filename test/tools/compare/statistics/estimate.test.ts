import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contrast } from '../../../../tools/compare/statistics/contrast.ts';
import type { Sample } from '../../../../tools/compare/statistics/design.ts';
import { estimateOf, invert, UNKNOWN } from '../../../../tools/compare/statistics/estimate.ts';
import { LOGARITHM, PLAIN } from '../../../../tools/compare/statistics/scale.ts';
import type { Contrast } from '../../../../tools/compare/statistics/statistics.ts';
import { inColumns, overallOf, pairedSample } from './paired-samples.ts';

const near = (actual: number | null, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual}, not ${expected}`);

const unpaired = (sample: Sample): Sample =>
  sample.paired
    ? { paired: false, a: sample.runs.map(({ a }) => a), b: sample.runs.map(({ b }) => b) }
    : sample;

const ratioOf = (sample: Sample) =>
  invert((ratio) => contrast(sample, { a: PLAIN, b: { ...PLAIN, factor: ratio } }), {
    neutral: 1,
    alpha: 0.05,
    range: { least: 0 },
    step: 0.25,
  });

for (const [name, form] of [
  ['paired', (sample: Sample) => sample],
  ['unpaired', unpaired],
] as const) {
  test(`${name}: milliseconds that were added are found, with their sign`, () => {
    const base = (run: number, request: number) => 40 + run + request;
    const slower = pairedSample(8, (run, at) => ({ a: base(run, at) + 20, b: base(run, at) }));
    const faster = pairedSample(8, (run, at) => ({ a: base(run, at), b: base(run, at) + 20 }));
    near(overallOf(form(slower)).differenceMs.p50, 20);
    near(overallOf(form(faster)).differenceMs.p50, -20);
    assert.equal(overallOf(form(slower)).verdict, 'b-faster');
    assert.equal(overallOf(form(faster)).verdict, 'a-faster');
  });

  test(`${name}: a factor is found, however it is tested`, () => {
    const base = (run: number, request: number) => 40 + run + request;
    const slower = pairedSample(8, (run, at) => ({ a: 3 * base(run, at), b: base(run, at) }));
    const faster = pairedSample(8, (run, at) => ({ a: base(run, at), b: 4 * base(run, at) }));
    near(overallOf(form(slower)).ratio.p50, 3);
    near(ratioOf(form(slower)).p50, 3);
    near(ratioOf(form(faster)).p50, 0.25);
  });

  test(`${name}: one run of 40 that takes twenty times as long rules no estimate`, () => {
    const noise = (run: number, request: number) => 1 + (((run * 7 + request * 3) % 11) - 5) / 50;
    const calm = pairedSample(40, (run, at) => ({
      a: 44 * noise(run, at),
      b: 40 * noise(run + 5, at),
    }));
    const slow = (figure: number, run: number) => (run === 17 ? 20 * figure : figure);
    const hung = pairedSample(40, (run, at) => ({
      a: slow(44 * noise(run, at), run),
      b: 40 * noise(run + 5, at),
    }));
    const [before, after] = [overallOf(form(calm)), overallOf(form(hung))];
    near(after.differenceMs.p50, before.differenceMs.p50 ?? 0, 0.3);
    near(after.ratio.p50, before.ratio.p50 ?? 0, 0.01);
    near(ratioOf(form(hung)).p50, ratioOf(form(calm)).p50 ?? 0, 0.01);
    assert.equal(after.verdict, 'b-faster');
  });

  test(`${name}: estimate, bounds and verdict never contradict each other`, () => {
    const figure = fc.double({ min: 0.01, max: 1_000, noNaN: true });
    const pair = fc.record({ a: figure, b: figure });
    const runs = fc.array(fc.array(pair, { minLength: 4, maxLength: 5 }), {
      minLength: 6,
      maxLength: 9,
    });
    fc.assert(
      fc.property(runs, (drawn) => {
        const sample = form({ paired: true, runs: drawn.map(inColumns) });
        const { ratio, differenceMs, verdict } = overallOf(sample);
        agree({ ...ratio, neutral: 1 }, verdict);
        agree({ ...differenceMs, neutral: 0 }, verdict);
        const plain = contrast(sample, { a: PLAIN, b: PLAIN });
        const p = plain.test?.pValue() ?? 1;
        const called = (plain.estimate ?? 0) < 0 ? 'a-faster' : 'b-faster';
        const verdictMs = p < 0.05 ? called : 'no-difference-seen';
        agree({ ...estimateOf(plain, 0.05), neutral: 0 }, verdictMs);
        agree({ ...ratioOf(sample), neutral: 1 }, verdictMs);
      }),
      { numRuns: 200, seed: 3 },
    );
  });
}

/**
 * A test that knows no slope: its interval holds all values from `low` to `high`, and what it
 * estimates is above zero up to `p50`. Nothing but the steps of the search tells how near it comes.
 */
function stepsAt({ low, p50, high }: Readonly<{ low: number; p50: number; high: number }>) {
  let evaluations = 0;
  const contrastAt = (value: number) => {
    evaluations += 1;
    const side = value < p50 ? 1 : -1;
    const estimate = side * (value < low || value > high ? 2 : 0.5);
    return { estimate, test: { halfWidth: () => 1 } } as unknown as Contrast;
  };
  return { contrastAt, evaluations: () => evaluations };
}

test('estimate and bounds are found to four digits, and no evaluation is spent on more', () => {
  const options = { neutral: 1, alpha: 0.05, range: { least: 0 }, step: 0.25 };
  let evaluations = 0;
  for (let p50 = 0.02; p50 < 50; p50 *= 1.03) {
    const truth = { low: 0.8 * p50, p50, high: 1.3 * p50 };
    const steps = stepsAt(truth);
    const found = invert(steps.contrastAt, options);
    for (const key of ['low', 'p50', 'high'] as const)
      near(found[key], truth[key], 1e-4 * truth[key]);
    evaluations = Math.max(evaluations, steps.evaluations());
  }
  // A fifth digit takes 77.
  assert.ok(evaluations <= 70, `${evaluations}`);
});

test('what is next to nothing is found to a ten-millionth, however many digits that has', () => {
  const options = { neutral: 0, alpha: 0.05, range: { least: null }, step: 1 };
  const truth = { low: 1e-9, p50: 2e-9, high: 3e-9 };
  const { contrastAt, evaluations } = stepsAt(truth);
  const found = invert(contrastAt, options);
  for (const key of ['low', 'p50', 'high'] as const) near(found[key], truth[key], 1e-7);
  assert.ok(evaluations() <= 28, `${evaluations()}`);
});

/** Within rounding: an interval that ends at neutral itself may fall on either side of it. */
function agree(
  told: { p50: number | null; low: number | null; high: number | null; neutral: number },
  verdict: string,
) {
  const { p50, low, high, neutral } = told;
  const [least, most] = [neutral - 1e-7, neutral + 1e-7];
  const text = `${verdict} but ${p50} (${low} to ${high})`;
  if (p50 !== null && verdict === 'a-faster') assert.ok(p50 <= most, text);
  if (p50 !== null && verdict === 'b-faster') assert.ok(p50 >= least, text);
  if (p50 === null || low === null || high === null) return;
  assert.ok(low <= p50 + 1e-7 && p50 <= high + 1e-7, text);
  if (verdict === 'a-faster') assert.ok(high <= most, text);
  else if (verdict === 'b-faster') assert.ok(low >= least, text);
  else assert.ok(low <= most && high >= least, text);
}

test('a ratio to something that takes no time is not known', () => {
  assert.deepEqual(ratioOf(pairedSample(8, (run) => ({ a: 5 + run, b: 0 }))), UNKNOWN);
});

test('a ratio whose upper bound is nowhere has no bounds', () => {
  // Runs of b about zero: no factor is too large for them.
  const { p50, low, high } = ratioOf(
    unpaired(pairedSample(8, (run, at) => ({ a: 5 + at + run, b: run % 2 === 0 ? 0 : 10 + run }))),
  );
  assert.ok(p50 !== null && p50 > 0);
  assert.deepEqual([low, high], [null, null]);
});

test('a time that is nothing is 0 times the other, and not less', () => {
  const { p50, low } = ratioOf(
    pairedSample(8, (run, at) => ({ a: run === 0 ? at / 9 : 0, b: 5 + at })),
  );
  assert.equal(p50, 0);
  assert.equal(low, 0);
});

test('a ratio reaches down to nothing where one side may take no time, and not below', () => {
  const times = [0, 0, 0, 0, 10, 20, 30, 40];
  const { p50, low, high } = ratioOf(
    unpaired(pairedSample(8, (run, at) => ({ a: times[run] ?? 0, b: 50 + at + run }))),
  );
  assert.ok(p50 !== null && p50 > 0 && high !== null && high > p50);
  assert.equal(low, 0);
});

test('without a test there is an estimate without bounds, without values nothing', () => {
  const one = pairedSample(1, (_, at) => ({ a: 50 + at, b: 40 + at }));
  const { differenceMs, ratio, verdict, reason } = overallOf(one);
  near(differenceMs.p50, 10);
  assert.deepEqual([differenceMs.low, ratio.high], [null, null]);
  assert.equal(verdict, 'not-enough-data');
  assert.match(reason ?? '', /^1 run with pairs of warm requests, and a verdict needs 6/);
  const none: Contrast = contrast(
    { paired: false, a: [], b: [[1]] },
    { a: LOGARITHM, b: LOGARITHM },
  );
  assert.deepEqual(estimateOf(none, 0.05), UNKNOWN);
  assert.deepEqual(
    invert(() => none, { neutral: 0, alpha: 0.05, range: { least: null }, step: 1 }),
    UNKNOWN,
  );
});
