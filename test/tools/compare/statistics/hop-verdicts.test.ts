import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEDIAN_MS, recordOf, sampleOf } from '../../../../tools/bench/simulate.ts';
import { packAlone } from '../../../../tools/compare/cohorts/packed-hops.ts';
import type { RequestRecord } from '../../../../tools/compare/cohorts/request-record.ts';
import { chooseDesign } from '../../../../tools/compare/statistics/design.ts';
import { testHops } from '../../../../tools/compare/statistics/hop-verdicts.ts';
import { compareHops } from '../../../../tools/compare/statistics/hops.ts';
import { testOverall } from '../../../../tools/compare/statistics/overall.ts';
import { oneSample } from '../../../../tools/compare/statistics/statistics.ts';

/** What a hop takes longer in a than in b, by run. */
type Differences = readonly number[];
const ONE_TO_SIX: Differences = [1, 2, 3, 4, 5, 6];
const ALWAYS = (ms: number): Differences => ONE_TO_SIX.map(() => ms);

/** Six runs of four pairs, the requests of b with 10 ms in each hop. */
function cohortsOf(hops: readonly Differences[], change: (side: 'a' | 'b') => object = () => ({})) {
  const requests = (side: 'a' | 'b') =>
    ONE_TO_SIX.flatMap((_, run) =>
      Array.from(
        { length: 4 },
        (__, sequence): RequestRecord => ({
          ...recordOf({
            side,
            run,
            sequence,
            paired: true,
            latencyMs: MEDIAN_MS,
            hops: hops.map((byRun, hop) =>
              sampleOf(hop, 10 + (side === 'a' ? (byRun[run] ?? 0) : 0)),
            ),
          }),
          ...change(side),
        }),
      ),
    );
  return { a: requests('a'), b: requests('b') };
}

function testOf(hops: readonly Differences[], requestMs = 0) {
  const cohorts = cohortsOf(hops);
  const design = chooseDesign(cohorts.a, cohorts.b);
  return testHops(cohorts, { design, requestMs, comparable: true });
}

// 2 % of a request of 100 ms are 2 ms.
for (const [ms, verdict] of [
  [2.01, 'b-faster'],
  [1.99, 'no-difference-seen'],
  [-1.99, 'no-difference-seen'],
  [-2.01, 'a-faster'],
] as const) {
  test(`a sure difference of ${ms} ms in a request of 100 ms is ${verdict}`, () => {
    const [hop] = testOf([ALWAYS(ms)], 100);
    assert.equal(hop?.verdict, verdict);
    assert.ok(Math.abs((hop?.differenceMs.p50 ?? 0) - ms) < 1e-9);
    const small = 'not shown to exceed 2.00 ms (2 % of the request), the least that gets a verdict';
    assert.equal(hop?.remark, verdict === 'no-difference-seen' ? small : null);
  });
}

test('the intervals share the 5 % among the hops that are tested', () => {
  const hops = testOf([ONE_TO_SIX, ALWAYS(0), ALWAYS(0)]);
  const half = oneSample(ONE_TO_SIX).halfWidth(0.05 / 3);
  const [hop] = hops;
  assert.ok(Math.abs((hop?.differenceMs.low ?? 0) - (3.5 - half)) < 1e-9);
  assert.ok(Math.abs((hop?.differenceMs.high ?? 0) - (3.5 + half)) < 1e-9);
});

test("a hop that Holm's steps find although its interval reaches zero says so", () => {
  // 1 to 6 has p 0.0293: below 5 % in the last step, above the 2.5 % of both intervals.
  const [sure, found] = testOf([ALWAYS(10), ONE_TO_SIX]);
  assert.equal(sure?.remark, null);
  assert.equal(found?.verdict, 'b-faster');
  assert.ok((found?.pAdjusted ?? 1) < 0.03 && (found?.pAdjusted ?? 0) > 0.029);
  assert.ok((found?.differenceMs.low ?? 1) < 0);
  assert.match(found?.remark ?? '', /^significant by Holm's steps, although the interval/);
});

test('among hops that show nothing the same difference is none', () => {
  const [hop] = testOf([ONE_TO_SIX, [-2, 2, -1, 1, -3, 3]]);
  assert.equal(hop?.verdict, 'no-difference-seen');
  assert.ok((hop?.pAdjusted ?? 0) > 0.058 && (hop?.pAdjusted ?? 1) < 0.059);
  assert.equal(hop?.remark, null);
});

test('wrong counts leave no figure of a hop that sets one side against the other', () => {
  const cohorts = cohortsOf([ALWAYS(1), ALWAYS(9)]);
  const design = chooseDesign(cohorts.a, cohorts.b);
  const [hop] = compareHops(cohorts, { design, requestMs: 100, comparable: false });
  const unknown = { p50: null, low: null, high: null };
  assert.equal(hop?.verdict, 'not-enough-data');
  assert.equal(hop.pAdjusted, null);
  assert.equal(hop.remark, null);
  assert.deepEqual([hop.differenceMs, hop.ratio], [unknown, unknown]);
  assert.deepEqual(hop.quantileDifferences, []);
  // What each side took is still there.
  assert.deepEqual([hop.a?.selfP50Ms, hop.b?.selfP50Ms], [11, 10]);
});

test('the ratio of a hop is derived from the test of its difference, with its interval', () => {
  const cohorts = cohortsOf([ALWAYS(20), ONE_TO_SIX]);
  const design = chooseDesign(cohorts.a, cohorts.b);
  const [sure, found] = compareHops(cohorts, { design, requestMs: 0, comparable: true });
  // 30 ms against 10 ms; 10 ms of b in every request, so the other bounds are a tenth of them.
  assert.ok(Math.abs((sure?.ratio.p50 ?? 0) - 3) < 1e-6);
  for (const bound of ['p50', 'low', 'high'] as const) {
    const expected = 1 + (found?.differenceMs[bound] ?? Number.NaN) / 10;
    assert.ok(Math.abs((found?.ratio[bound] ?? 0) - expected) < 1e-6, bound);
  }
  assert.deepEqual(found?.tested, { a: 24, b: 24 });
});

test('a hop that takes b no time as a rule has a difference and no ratio', () => {
  const cohorts = cohortsOf([ALWAYS(5)]);
  const b = cohorts.b.map((record, index) => ({
    ...record,
    hops: packAlone([sampleOf(0, index % 5 < 2 ? 3 : 0)]),
  }));
  const design = chooseDesign(cohorts.a, b);
  const [hop] = compareHops({ a: cohorts.a, b }, { design, requestMs: 0, comparable: true });
  assert.ok((hop?.differenceMs.p50 ?? 0) > 12);
  assert.deepEqual(hop?.ratio, { p50: null, low: null, high: null });
});

test("a difference is held against the slower side's median request", () => {
  const [fast, slow] = [{ latencyMs: 10 }, { latencyMs: 90 }];
  for (const change of [
    (side: 'a' | 'b') => (side === 'a' ? fast : slow),
    (side: 'a' | 'b') => (side === 'b' ? fast : slow),
  ]) {
    const { a, b } = cohortsOf([], change);
    assert.equal(testOverall(chooseDesign(a, b)).requestMs, 90);
  }
});

test('requests that are broken or failed are in no hop, cold ones in their own', () => {
  const of = (change: (side: 'a' | 'b') => object) => {
    const cohorts = cohortsOf([ALWAYS(1)], change);
    const design = chooseDesign(cohorts.a, cohorts.b);
    return testHops(cohorts, { design, requestMs: 0, comparable: true });
  };
  assert.deepEqual(
    of(() => ({ whole: false })),
    [],
  );
  assert.deepEqual(
    of(() => ({ error: 'unavailable' })),
    [],
  );
  assert.deepEqual(
    of(() => ({ cold: true })).map(({ stratum }) => stratum),
    ['cold'],
  );
  // A cold request against a warm one is no pair.
  const mixed = of((side) => ({ cold: side === 'a' }));
  assert.deepEqual(
    mixed.map(({ stratum, verdict, contrast }) => [stratum, verdict, contrast.values.a]),
    [
      ['warm', 'not-enough-data', 0],
      ['cold', 'not-enough-data', 0],
    ],
  );
});
