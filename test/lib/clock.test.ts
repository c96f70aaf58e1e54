import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sleep, sleepUntil, systemClock } from '../../lib/clock.ts';

describe('systemClock', () => {
  it('never wakes earlier than due, fractions of a millisecond included', async () => {
    const { signal } = new AbortController();
    for (const waitMs of [0.2, 0.9, 1.5, 3.7, 10.3]) {
      const dueMs = systemClock.nowMs() + waitMs;
      await sleepUntil(systemClock, dueMs, signal);
      assert.ok(systemClock.nowMs() >= dueMs, `${waitMs} ms`);
    }
  });

  it('wakes at once when the signal aborts', { timeout: 30_000 }, async () => {
    const stop = new AbortController();
    const sleeping = sleepUntil(systemClock, systemClock.nowMs() + 600_000, stop.signal);
    stop.abort();
    await sleeping;
  });
});

describe('sleep', () => {
  it('rejects with the reason of its signal as soon as that aborts', {
    timeout: 30_000,
  }, async () => {
    const stop = new AbortController();
    const sleeping = sleep(systemClock, 600_000, stop.signal);
    stop.abort(new Error('stopped'));
    await assert.rejects(sleeping, /stopped/);
    await assert.rejects(sleep(systemClock, 600_000, stop.signal), /stopped/);
  });
});
