import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  windowLength,
  windowText,
} from '../../../../../tools/compare/statistics/windows/window-length.ts';

const HOUR_MS = 3_600_000;

for (const [spanMs, most, lengthMs, text] of [
  [0, 64, 1, '1 ms'],
  [63, 64, 1, '1 ms'],
  [90_000, 64, 2_000, '2 s'],
  [HOUR_MS, 64, 60_000, '1 min'],
  [24 * HOUR_MS, 64, HOUR_MS / 2, '30 min'],
  [24 * HOUR_MS, 12, 2 * HOUR_MS, '2 h'],
  [100 * 24 * HOUR_MS, 64, 48 * HOUR_MS, '2 d'],
] as const) {
  test(`${spanMs} ms make at most ${most} windows of ${text}`, () => {
    assert.equal(windowLength(spanMs, most), lengthMs);
    assert.equal(windowText(lengthMs), text);
  });
}

test('a length that is no round number of days is said in hours', () => {
  assert.equal(windowText(36 * HOUR_MS), '36 h');
});
