import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realClock } from '../../../../tools/traces/sources/clock.ts';

test('a sleep that is aborted throws the reason of the abort', async () => {
  const interrupted = new AbortController();
  const slept = realClock.sleep(60_000, interrupted.signal);
  interrupted.abort(new Error('stop now'));
  await assert.rejects(slept, /stop now/);
});
