import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchCompare } from '../../../tools/bench/compare.ts';

test('60,000 spans are compared in a heap that could not hold them all', async () => {
  const { spans, fileMb } = await benchCompare(60_000, 64);
  assert.ok(spans >= 60_000 && fileMb >= 35);
});
