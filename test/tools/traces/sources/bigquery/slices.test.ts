import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseSlices } from '../../../../../tools/traces/sources/bigquery/slices.ts';

const HOUR_MS = 3_600_000;
const DAY = { sinceMs: 1_000 * HOUR_MS, untilMs: 1_024 * HOUR_MS };

const perHour = (minutes: readonly number[]) =>
  [...Map.groupBy(minutes, (minute) => Math.floor(minute / 60)).values()].map(
    (ofHour) => ofHour.length,
  );

test('every minute is read where the share is all or more', () => {
  assert.equal(chooseSlices(DAY, { share: 1, seed: 1 }), null);
  assert.equal(chooseSlices(DAY, { share: 7, seed: 1 }), null);
});

test('as many minutes of every hour are read, each once', () => {
  const minutes = chooseSlices(DAY, { share: 0.1, seed: 1 }) ?? [];
  assert.deepEqual(perHour(minutes), Array(24).fill(6));
  assert.equal(new Set(minutes).size, minutes.length);
});

test('a share of less than a minute an hour is one minute of every hour', () => {
  assert.deepEqual(perHour(chooseSlices(DAY, { share: 1e-9, seed: 1 }) ?? []), Array(24).fill(1));
});

test('one seed gives one choice, another seed another', () => {
  const chosen = (seed: number) => chooseSlices(DAY, { share: 0.1, seed });
  assert.deepEqual(chosen(1), chosen(1));
  assert.notDeepEqual(chosen(1), chosen(2));
});

test('a longer window keeps the minutes of the hours that it had', () => {
  const share = { share: 0.1, seed: 1 };
  const longer = { ...DAY, untilMs: DAY.untilMs + HOUR_MS };
  const minutes = chooseSlices(DAY, share) ?? [];
  assert.deepEqual(chooseSlices(longer, share)?.slice(0, minutes.length), minutes);
});

test('all minutes of an hour are chosen about equally often', () => {
  const times = new Map<number, number>();
  for (let seed = 0; seed < 600; seed += 1) {
    for (const minute of chooseSlices(DAY, { share: 0.1, seed }) ?? []) {
      times.set(minute % 60, (times.get(minute % 60) ?? 0) + 1);
    }
  }
  // 1,440 each are expected, with a standard deviation of 36.
  for (const [minute, count] of times)
    assert.ok(Math.abs(count - 1_440) < 180, `${minute}: ${count}`);
  assert.equal(times.size, 60);
});
