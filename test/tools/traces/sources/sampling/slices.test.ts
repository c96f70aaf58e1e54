import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  inTurn,
  MINUTE_MS,
  type Slice,
  sliceLengthOf,
  strataOf,
} from '../../../../../tools/traces/sources/sampling/slices.ts';

const HOUR_MS = 3_600_000;
const DAY = { startMs: 1_000 * HOUR_MS, endMs: 1_024 * HOUR_MS };

const perHour = (slices: readonly Slice[]) =>
  [...Map.groupBy(slices, ({ startMs }) => Math.floor(startMs / HOUR_MS))]
    .sort(([one], [other]) => one - other)
    .map(([, ofHour]) => ofHour.length);

const chosen = (window: Slice, count: number, seed = 1) =>
  inTurn(strataOf(window, MINUTE_MS, seed), seed).slice(0, count);

test('the slices of a window cover it, each moment once', () => {
  for (const sliceMs of [500, MINUTE_MS, 4 * MINUTE_MS]) {
    const window = { startMs: DAY.startMs + 90_250, endMs: DAY.startMs + 3 * HOUR_MS - 1 };
    const inOrder = strataOf(window, sliceMs, 1)
      .flat()
      .sort((one, other) => one.startMs - other.startMs);
    assert.equal(inOrder[0]?.startMs, window.startMs);
    assert.equal(inOrder.at(-1)?.endMs, window.endMs);
    for (const [place, { endMs }] of inOrder.slice(0, -1).entries()) {
      assert.equal(inOrder[place + 1]?.startMs, endMs);
    }
  }
});

test('every hour has a slice before an hour has two, and then as many as every other', () => {
  assert.deepEqual(perHour(chosen(DAY, 24)), Array(24).fill(1));
  assert.deepEqual(perHour(chosen(DAY, 24 * 6)), Array(24).fill(6));
});

test('the part of an hour has its part of the slices, and one at least', () => {
  const window = { startMs: DAY.startMs + 0.75 * HOUR_MS, endMs: DAY.startMs + 3 * HOUR_MS };
  assert.deepEqual(perHour(chosen(window, 3)), [1, 1, 1]);
  assert.deepEqual(perHour(chosen(window, 27)), [3, 12, 12]);
});

test('one seed gives one choice, another seed another', () => {
  assert.deepEqual(chosen(DAY, 48), chosen(DAY, 48));
  assert.notDeepEqual(chosen(DAY, 48), chosen(DAY, 48, 2));
});

test('a longer window keeps the slices of the hours that it had', () => {
  const longer = { ...DAY, endMs: DAY.endMs + HOUR_MS };
  assert.deepEqual(strataOf(longer, MINUTE_MS, 1).slice(0, 24), strataOf(DAY, MINUTE_MS, 1));
});

test('all minutes of an hour are chosen about equally often', () => {
  const times = new Map<number, number>();
  for (let seed = 0; seed < 600; seed += 1) {
    for (const { startMs } of chosen(DAY, 24 * 6, seed)) {
      const minute = (startMs / MINUTE_MS) % 60;
      times.set(minute, (times.get(minute) ?? 0) + 1);
    }
  }
  // 1,440 each are expected, with a standard deviation of 36.
  for (const [minute, count] of times)
    assert.ok(Math.abs(count - 1_440) < 180, `${minute}: ${count}`);
  assert.equal(times.size, 60);
});

test('a slice is as long as is allowed, and divides an hour', () => {
  assert.deepEqual(
    [0, 150, 999, 61_000, 4.9 * MINUTE_MS, Number.POSITIVE_INFINITY].map(sliceLengthOf),
    [100, 100, 800, 60_000, 4 * MINUTE_MS, HOUR_MS],
  );
});
