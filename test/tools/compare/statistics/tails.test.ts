import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../lib/random.ts';
import { simulate } from '../../../../tools/bench/simulate.ts';
import { chooseDesign, type Sample } from '../../../../tools/compare/statistics/design.ts';
import { testOverall } from '../../../../tools/compare/statistics/overall.ts';
import { compareTails, type Tail } from '../../../../tools/compare/statistics/tails.ts';
import type { WindowKind } from '../../../../tools/compare/statistics/windows/windows.ts';

/** Requests of one run share a level. */
function sampleOf(
  random: () => number,
  scenario: { runs: number; requestsPerRun: number; shift?: number; paired?: boolean },
): Sample {
  const { a, b } = simulate(
    {
      runDeviation: 0.15,
      commonDeviation: 0.15,
      requestDeviation: 0.35,
      shift: 1,
      paired: true,
      hops: 0,
      ...scenario,
    },
    random,
  );
  return testOverall(chooseDesign(a, b)).sample;
}

const at = (tails: readonly Tail[], quantile: number): Tail => {
  const tail = tails.find((one) => one.quantile === quantile);
  assert.ok(tail);
  return tail;
};

test('states median, p95 and p99 of both sides, each within its interval', () => {
  const tails = compareTails(sampleOf(createRandom(1), { runs: 20, requestsPerRun: 100 }), null);
  assert.deepEqual(
    tails.map(({ quantile }) => quantile),
    [0.5, 0.95, 0.99],
  );
  for (const { a, b, ratio, differenceMs, reason, smallestDifference } of tails) {
    for (const { p50, low, high } of [a, b, ratio, differenceMs]) {
      assert.ok(p50 !== null && low !== null && high !== null && low <= p50 && p50 <= high);
    }
    assert.equal(reason, null);
    assert.ok((smallestDifference?.ratio ?? 0) > 1 && (smallestDifference?.ms ?? 0) > 0);
  }
});

test('the same requests give the same intervals', () => {
  const tails = () =>
    compareTails(sampleOf(createRandom(2), { runs: 8, requestsPerRun: 30 }), null);
  assert.deepEqual(tails(), tails());
});

for (const [what, scenario, reasons] of [
  [
    'p95 needs 200 requests, p99 1,000',
    { runs: 20, requestsPerRun: 10 },
    [null, null, '200 requests, and it needs 1000'],
  ],
  [
    'with 190 requests only the median has an interval',
    { runs: 19, requestsPerRun: 10 },
    [null, '190 requests, and it needs 200', '190 requests, and it needs 1000'],
  ],
  [
    'five runs tell nothing, however many requests they have',
    { runs: 5, requestsPerRun: 400 },
    ['5 runs, and it needs 6', '5 runs, and it needs 6', '5 runs, and it needs 6'],
  ],
] as const) {
  test(what, () => {
    const tails = compareTails(sampleOf(createRandom(3), scenario), null);
    assert.deepEqual(
      tails.map(({ reason }) => reason),
      reasons,
    );
    for (const { a, ratio, reason } of tails) {
      assert.ok(a.p50 !== null, 'the quantile itself is stated');
      assert.equal(ratio.low === null, reason !== null);
    }
  });
}

test('without requests there is no quantile', () => {
  const [median] = compareTails({ paired: false, a: [], b: [] }, null);
  assert.deepEqual([median?.a.p50, median?.reason], [null, '0 requests, and it needs 20']);
});

test('sides that must not be compared keep their own quantiles and lose the ratio', () => {
  const sample = sampleOf(createRandom(4), { runs: 20, requestsPerRun: 100 });
  for (const tail of compareTails(sample, 'a wrong count')) {
    assert.ok(tail.a.low !== null && tail.b.high !== null);
    assert.deepEqual([tail.ratio.p50, tail.differenceMs.p50], [null, null]);
    assert.equal(tail.smallestDifference, null);
    assert.equal(tail.reason, 'a wrong count');
  }
});

test('of windows of the clock, as many are drawn as stand for themselves', () => {
  const sample = sampleOf(createRandom(8), { runs: 48, requestsPerRun: 20 });
  const windows = (kind: WindowKind, left: number, why: string | null = null): Sample => {
    const merging = { left, correlation: 0, cosines: 8, why };
    return { ...sample, windowed: { windows: { kind, merging } } as never };
  };
  const reasonOf = (one: Sample) => at(compareTails(one, null), 0.95).reason;
  const width = (one: Sample) => {
    const { low, high } = at(compareTails(one, null), 0.95).ratio;
    return (high ?? 0) - (low ?? 0);
  };
  assert.equal(reasonOf(windows('paired-windows', 12)), null);
  assert.equal(width(windows('windows', 48)), width(sample));
  assert.notEqual(width(windows('windows', 8)), width(sample));
  assert.equal(reasonOf(windows('windows', 0)), '0 windows, and it needs 6');
  assert.equal(reasonOf(windows('windows', 8, 'windows resemble')), 'windows resemble');
  assert.match(reasonOf(windows('before-after', 0)) ?? '', /^one side came before the other/);
});

// Three binomial standard errors of 200 comparisons are 4.6 points.
for (const [runs, requestsPerRun, paired] of [
  [6, 40, true],
  [20, 10, true],
  [20, 10, false],
] as const) {
  const kind = `${runs} runs of ${requestsPerRun}, ${paired ? 'paired' : 'unpaired'}`;
  test(`${kind}: a p95 that is the same on both sides is called so in 90 % and more`, () => {
    const random = createRandom(5);
    const comparisons = 200;
    let covered = 0;
    for (let count = 0; count < comparisons; count += 1) {
      const tails = compareTails(sampleOf(random, { runs, requestsPerRun, paired }), null);
      const { low, high } = at(tails, 0.95).ratio;
      assert.ok(low !== null && high !== null);
      if (low <= 1 && high >= 1) covered += 1;
    }
    assert.ok(covered / comparisons >= 0.9, `covered in ${covered} of ${comparisons}`);
  });
}

test('the smallest difference, when it is there, is found in about 80 % of the comparisons', () => {
  const random = createRandom(6);
  const scenario = { runs: 30, requestsPerRun: 20 };
  const sizes: number[] = [];
  for (let count = 0; count < 100; count += 1) {
    const { smallestDifference } = at(compareTails(sampleOf(random, scenario), null), 0.95);
    sizes.push(Math.log(smallestDifference?.ratio ?? 1));
  }
  const shift = Math.exp(sizes.reduce((sum, size) => sum + size, 0) / sizes.length);
  let found = 0;
  for (let count = 0; count < 200; count += 1) {
    const { ratio } = at(compareTails(sampleOf(random, { ...scenario, shift }), null), 0.95);
    if ((ratio.low ?? 0) > 1) found += 1;
  }
  assert.ok(found >= 140 && found <= 184, `a shift of ${shift.toFixed(3)} is found ${found} times`);
});
