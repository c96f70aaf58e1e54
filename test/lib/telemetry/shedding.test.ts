import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createShedding } from '../../../lib/telemetry/shedding.ts';

function sharesAt(pressures: readonly number[]): readonly number[] {
  let pressure = 0;
  const keptShare = createShedding(() => pressure);
  return pressures.map((now) => {
    pressure = now;
    return keptShare();
  });
}

test('everything is kept below half, half of it at each step, and nothing from three quarters on', () => {
  const rising = [0, 0.49, 0.5, 0.5625, 0.625, 0.6875, 0.75, 1];
  assert.deepEqual(sharesAt(rising), [1, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 0, 0]);
  assert.deepEqual(sharesAt([1]), [0]);
});

test('a share comes back a step of pressure below where it went', () => {
  const falling = [0.5, 0.49, 0.45, 0.4375, 0.43, 0.49, 0.5];
  assert.deepEqual(sharesAt(falling), [1 / 2, 1 / 2, 1 / 2, 1 / 2, 1, 1, 1 / 2]);
  assert.deepEqual(sharesAt([0.75, 0.7, 0.68, 0.6, 0]), [0, 0, 1 / 16, 1 / 8, 1]);
});
