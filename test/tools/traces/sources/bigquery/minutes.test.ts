import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseMinutes } from '../../../../../tools/traces/sources/bigquery/minutes.ts';

const HOUR_MS = 3_600_000;
const DAY = { sinceMs: 1_000 * HOUR_MS, untilMs: 1_024 * HOUR_MS, seed: 1 };

const read = (mostTraces: number, mostRuns: number | null, traces: number) =>
  chooseMinutes({ ...DAY, mostTraces, mostRuns }, traces)?.read.length ?? null;

test('every minute is read where all traces may be', () => {
  assert.equal(read(100, null, 100), null);
  assert.equal(read(700, 1_440, 100), null);
});

test('a tenth of the minutes is read where a tenth of the traces may be', () => {
  assert.equal(read(100, null, 1_000), 144);
});

test('one minute of every hour is read, however few traces may be', () => {
  assert.equal(read(1, null, 1_000_000), 24);
});

test('--max-runs limits the minutes, also where all traces may be read', () => {
  assert.equal(read(100, 10, 1_000), 10);
  assert.equal(read(100, 600, 100), 600);
  assert.equal(read(100, 600, 1_000), 144);
});
