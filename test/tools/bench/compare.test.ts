import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchCompare, renderScale, summariseScale } from '../../../tools/bench/compare.ts';

test('60,000 spans are compared in a heap that could not hold them all', async () => {
  const { spans, fileMb } = await benchCompare(60_000, 64);
  assert.ok(spans >= 60_000 && fileMb >= 35);
});

test('figures are medians with their range', () => {
  const outcomes = [3_000, 1_000, 2_000].map((wallMs) => ({
    spans: 100_012,
    fileMb: 63,
    wallMs,
    cpuMs: wallMs / 2,
    peakMb: wallMs / 10,
  }));
  assert.equal(
    renderScale(summariseScale(outcomes)),
    ' 100012 spans in 63 MB: 2.0 s (1.0-3.0), CPU 1.0 s (0.5-1.5), peak 200 MB (100-300); ' +
      'median of 3 (range)',
  );
});
