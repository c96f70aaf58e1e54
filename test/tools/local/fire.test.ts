import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRequestSchema } from '../../../functions/loadgen/contract.ts';
import { createLoadBody } from '../../../tools/local/fire.ts';
import { SIZING } from '../../../tools/local/platforms/knobs.ts';

test('a run has no more requests under way than one container answers at once', () => {
  const body = createLoadBody({ requests: 7, intervalMs: 50 });
  assert.deepEqual(body, { requests: 7, intervalMs: 50, maxInFlight: SIZING.concurrency });
  assert.ok(loadRequestSchema.safeParse(body).success);
});
