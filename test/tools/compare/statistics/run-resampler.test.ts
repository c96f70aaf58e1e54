import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../lib/random.ts';
import { createResampler } from '../../../../tools/compare/statistics/run-resampler.ts';

const random = createRandom(7);
const runsOf = (count: number, size: number) =>
  Array.from({ length: count }, () =>
    Float64Array.from({ length: size }, () => 0.001 + 100 * random() ** 3),
  );

/** What it must give, the slow way: every run written out as often as it counts. */
function writtenOut(
  runs: readonly Float64Array[],
  times: Uint32Array,
  fraction: number,
  unitOf = (run: number) => run,
): number {
  const all = runs.flatMap((run, index) =>
    Array.from({ length: times[unitOf(index)] ?? 0 }, () => [...run]).flat(),
  );
  all.sort((one, other) => one - other);
  return all[Math.ceil(fraction * all.length - 1e-9) - 1] as number;
}

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= expected * 1e-12, `${actual} is not ${expected}`);

for (const [count, size] of [
  [1, 1],
  [7, 1],
  [6, 10],
  [40, 200],
  [256, 33],
] as const) {
  test(`${count} runs of ${size}: any draw gives the quantiles of the runs written out`, () => {
    const runs = runsOf(count, size);
    const { quantile, units, values } = createResampler(runs);
    assert.deepEqual([units, values], [count, count * size]);
    for (let draw = 0; draw < 10; draw += 1) {
      const times = new Uint32Array(count);
      for (let one = 0; one < count; one += 1) {
        const at = Math.floor(random() * count);
        times[at] = (times[at] ?? 0) + 1;
      }
      for (const fraction of [0.001, 0.5, 0.95, 0.99, 1]) {
        close(quantile(fraction, times), writtenOut(runs, times, fraction));
      }
    }
  });
}

test('more than 256 runs are drawn in blocks of neighbours', () => {
  const runs = runsOf(1_000, 3);
  const { quantile, units } = createResampler(runs);
  assert.equal(units, 256);
  const times = new Uint32Array(units).map(() => Math.floor(3 * random()));
  const unitOf = (run: number) => Math.floor((run * 256) / 1_000);
  close(quantile(0.95, times), writtenOut(runs, times, 0.95, unitOf));
});

test('equal values, and one run alone that counts, are no special case', () => {
  const runs = [Float64Array.of(5, 5, 5), Float64Array.of(5, 9)];
  const { quantile } = createResampler(runs);
  close(quantile(0.5, Uint32Array.of(1, 1)), 5);
  close(quantile(0.99, Uint32Array.of(2, 0)), 5);
  close(quantile(0.99, Uint32Array.of(0, 1)), 9);
});

test('does not change the runs', () => {
  const runs = [Float64Array.of(3, 1, 2)];
  createResampler(runs);
  assert.deepEqual([...(runs[0] ?? [])], [3, 1, 2]);
});
