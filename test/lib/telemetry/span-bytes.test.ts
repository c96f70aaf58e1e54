import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateBytes } from '../../../lib/telemetry/span-bytes.ts';

test('a packed span counts its bytes and its object', () => {
  const empty = estimateBytes([Buffer.alloc(0)]);
  assert.ok(empty > 100);
  assert.equal(estimateBytes([Buffer.alloc(700)]), empty + 700);
});

test('the spans of a batch are added up', () => {
  assert.equal(
    estimateBytes([Buffer.alloc(1), Buffer.alloc(2)]),
    2 * estimateBytes([Buffer.alloc(0)]) + 3,
  );
  assert.equal(estimateBytes([]), 0);
});
