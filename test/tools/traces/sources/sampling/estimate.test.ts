import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../../lib/random.ts';
import {
  estimateTotal,
  sliceFinder,
} from '../../../../../tools/traces/sources/sampling/estimate.ts';
import {
  inTurn,
  MINUTE_MS,
  strataOf,
} from '../../../../../tools/traces/sources/sampling/slices.ts';

const HOUR_MS = 3_600_000;
const DAY = { startMs: 1_000 * HOUR_MS, endMs: 1_024 * HOUR_MS };

const sampleOf = (count: number, seed = 1) => {
  const strata = strataOf(DAY, MINUTE_MS, seed);
  return { strata, read: inTurn(strata, seed).slice(0, count) };
};

/** One every second, but for the nights. */
const seconds = Array.from({ length: 86_400 }, (_, second) => DAY.startMs + second * 1_000);

const readOf = (all: readonly number[], { read }: ReturnType<typeof sampleOf>) => {
  const find = sliceFinder(read);
  return all.filter((atMs) => find(atMs) !== null);
};

test('steady traffic is known exactly, from one slice an hour too', () => {
  for (const count of [24, 240]) {
    const sample = sampleOf(count);
    assert.deepEqual(estimateTotal(sample, readOf(seconds, sample)), {
      ...{ estimate: 86_400, low: 86_400, high: 86_400 },
    });
  }
});

test('where every slice was read, the number is that of what was read', () => {
  const all = seconds.filter((_, second) => second % 7 === 0 || second < 4_000);
  const sample = sampleOf(24 * 60);
  const { length } = all;
  assert.deepEqual(estimateTotal(sample, readOf(all, sample)), {
    ...{ estimate: length, low: length, high: length },
  });
});

test('where nothing was read, nothing is known', () => {
  assert.deepEqual(estimateTotal(sampleOf(0), []), { estimate: 0, low: 0, high: 0 });
});

test('a moment is found in its slice, whose end belongs to the next one', () => {
  const slices = [
    { startMs: 60, endMs: 80 },
    { startMs: 0, endMs: 20 },
  ];
  const find = sliceFinder(slices);
  assert.deepEqual(
    [-1, 0, 19, 20, 59, 60, 79, 80].map((atMs) => find(atMs)?.startMs ?? null),
    [null, 0, 0, null, null, 60, 60, null],
  );
});

for (const [perHour, bursts] of [
  [1, 0],
  [2, 0],
  [7, 0.1],
] as const) {
  test(`about 95 of 100 intervals hold the number: ${perHour} slices an hour, ${bursts * 100} % bursts`, () => {
    const random = createRandom(11);
    let held = 0;
    const runs = 300;
    for (let run = 0; run < runs; run += 1) {
      const all: number[] = [];
      for (let minute = 0; minute < 24 * 60; minute += 1) {
        const daily = 1 + 0.8 * Math.sin((minute / 720) * Math.PI);
        const burst = random() < bursts ? 4 : 1;
        const count = Math.round(10 * daily * burst * (0.5 + random()));
        for (let one = 0; one < count; one += 1) all.push(DAY.startMs + minute * MINUTE_MS + one);
      }
      const sample = sampleOf(24 * perHour, run);
      const { low, high } = estimateTotal(sample, readOf(all, sample));
      if (low <= all.length && all.length <= high) held += 1;
    }
    // 285 are expected. Of a true 95 %, fewer than 272 happen once in 1,000 times.
    assert.ok(held >= 272, `${held} of ${runs}`);
  });
}
