import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../functions/loadgen/clock.ts';

describe('systemClock', () => {
  it('never wakes earlier than due, fractions of a millisecond included', async () => {
    const { signal } = new AbortController();
    for (const waitMs of [0.2, 0.9, 1.5, 3.7, 10.3]) {
      const dueMs = systemClock.nowMs() + waitMs;
      await systemClock.sleepUntil(dueMs, signal);
      assert.ok(systemClock.nowMs() >= dueMs, `${waitMs} ms`);
    }
  });

  it('wakes at once when the signal aborts', { timeout: 5000 }, async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleepUntil(systemClock.nowMs() + 600_000, stop.signal);
    stop.abort();
    await sleeping;
  });
});
