import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../lib/random.ts';
import { recordOf } from '../../../../tools/bench/simulate.ts';
import type { Run } from '../../../../tools/compare/cohorts/pairing.ts';
import type { Design } from '../../../../tools/compare/statistics/design.ts';
import {
  compareErrorRates,
  errorRunsOf,
} from '../../../../tools/compare/statistics/error-rates.ts';

/** `errorsOf`: how many of a run's requests failed. */
const runsOf = (runs: number, requests: number, errorsOf: (run: number) => number): Run[] =>
  Array.from({ length: runs }, (_, run) => ({
    key: String(run),
    records: Array.from({ length: requests }, (_, sequence) => ({
      ...recordOf({ side: 'a', run, sequence, paired: false, hops: [], latencyMs: 1 }),
      error: sequence < errorsOf(run) ? '503' : null,
    })),
  }));

test('with many independent requests the intervals are those of Wilson and Newcombe', () => {
  // Newcombe (1998), table II, example a: 56/70 and 48/80, method 10: 0.0524 to 0.3339.
  const a = runsOf(70, 1, (run) => (run < 56 ? 1 : 0));
  const b = runsOf(80, 1, (run) => (run < 48 ? 1 : 0));
  const { difference } = compareErrorRates({ a, b }, null);
  assert.equal(difference.p50?.toFixed(4), '0.2000');
  // A little wider: the runs are few, which the t distribution knows.
  assert.ok((difference.low ?? 1) <= 0.0524 && (difference.low ?? 0) > 0.045);
  assert.ok((difference.high ?? 0) >= 0.3339 && (difference.high ?? 1) < 0.345);
});

test('where only the clock divides the traffic, the merged windows are the runs', () => {
  const records = runsOf(48, 5, () => 0)
    .flatMap((run) => run.records)
    .map((record, index) => ({ ...record, startMs: index * 1_000 }));
  const windows = (left: number): Design => ({
    ...{ paired: false, a: [], b: [] },
    windows: {
      kind: 'paired-windows',
      lengthMs: 5_000,
      at: { a: [], b: [] },
      operations: [],
      operationOf: { a: [], b: [] },
      leftOut: { a: 0, b: 0 },
      merging: { left, correlation: 0, cosines: 8, why: null },
    },
  });
  const sizes = (left: number) =>
    errorRunsOf(records, windows(left)).map((run) => run.records.length);
  assert.deepEqual(
    sizes(12),
    Array.from({ length: 12 }, () => 20),
  );
  assert.deepEqual(
    sizes(100),
    Array.from({ length: 48 }, () => 5),
  );
  assert.deepEqual(sizes(0), [240]);
});

test('no error among few requests does not prove that there are none', () => {
  const none = runsOf(6, 10, () => 0);
  const { a, difference } = compareErrorRates({ a: none, b: none }, null);
  assert.deepEqual([a.p50, a.low], [0, 0]);
  assert.ok((a.high ?? 0) > 0.06, `${a.high}`);
  assert.ok((difference.high ?? 0) > 0.06);
});

test('errors that come in bursts count as fewer requests', () => {
  const spread = runsOf(20, 10, () => 1);
  const burst = runsOf(20, 10, (run) => (run < 2 ? 10 : 0));
  const none = runsOf(20, 10, () => 0);
  const widthOf = (a: Run[]) => {
    const { difference } = compareErrorRates({ a, b: none }, null);
    return (difference.high ?? 0) - (difference.low ?? 0);
  };
  assert.ok(widthOf(burst) > 1.8 * widthOf(spread), `${widthOf(burst)} ${widthOf(spread)}`);
});

test('five runs have no interval', () => {
  const few = runsOf(5, 100, () => 1);
  const { a, difference, reason } = compareErrorRates({ a: few, b: few }, null);
  assert.deepEqual([a.p50, a.low, difference.low], [0.01, null, null]);
  assert.equal(reason, '5 runs, and it needs 6');
});

test('without a request there is no rate', () => {
  const { a, reason } = compareErrorRates({ a: [], b: [] }, null);
  assert.equal(a.p50, null);
  assert.equal(reason, '0 runs, and it needs 6');
});

test('sides that must not be compared keep their rates and lose the difference', () => {
  const some = runsOf(10, 10, () => 1);
  const { a, difference, reason } = compareErrorRates({ a: some, b: some }, 'a wrong count');
  assert.ok(a.low !== null);
  assert.deepEqual([difference.p50, reason], [null, 'a wrong count']);
});

test('of 1,000 comparisons without a difference at most 7 % say that there is one', () => {
  const random = createRandom(1);
  const level = () => (random() < 0.2 ? 0.3 : 0.02);
  let called = 0;
  for (let count = 0; count < 1_000; count += 1) {
    const side = () =>
      runsOf(20, 10, () => {
        const rate = level();
        return Array.from({ length: 10 }).filter(() => random() < rate).length;
      });
    const sides = { a: side(), b: side() };
    const { low, high } = compareErrorRates(sides, null).difference;
    if ((low ?? 0) > 0 || (high ?? 0) < 0) called += 1;
  }
  assert.ok(called <= 70, `called ${called}`);
});

test('the smallest difference of rates, when it is there, is found in about 80 % of the comparisons', () => {
  const random = createRandom(4);
  const side = (rate: number) =>
    runsOf(30, 40, () => Array.from({ length: 40 }).filter(() => random() < rate).length);
  const sizes = Array.from({ length: 100 }, () => {
    const sides = { a: side(0.05), b: side(0.05) };
    return compareErrorRates(sides, null).smallestDifference ?? 0;
  });
  const more = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  let found = 0;
  for (let count = 0; count < 300; count += 1) {
    const sides = { a: side(0.05 + more), b: side(0.05) };
    if ((compareErrorRates(sides, null).difference.low ?? 0) > 0) found += 1;
  }
  assert.ok(found >= 195 && found <= 276, `${more.toFixed(4)} more is found ${found} of 300 times`);
});

test('a smaller alpha gives wider intervals', () => {
  const sides = { a: runsOf(20, 50, () => 5), b: runsOf(20, 50, () => 2) };
  const width = (alpha: number) => {
    const { low, high } = compareErrorRates(sides, null, { alpha }).difference;
    return (high ?? 0) - (low ?? 0);
  };
  assert.ok(width(0.05 / 3) > 1.15 * width(0.05));
});

test('of a sample that knows every failure of its window the rate is that of the window', () => {
  const runs = runsOf(20, 10, () => 0);
  const ofWindow = { a: { errors: 60, requests: 2_000 }, b: null };
  const { a, b } = compareErrorRates({ a: runs, b: runs }, null, { ofWindow });
  assert.equal(a.p50, 0.03);
  assert.ok((a.low ?? 0) > 0.02 && (a.high ?? 1) < 0.045, JSON.stringify(a));
  assert.equal(b.p50, 0);
});
