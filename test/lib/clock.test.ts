import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Clock, sleep, sleepUntil, systemClock, withTimeout } from '../../lib/clock.ts';

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

describe('withTimeout', () => {
  /** A clock whose waits are over when the test says so. */
  function heldClock() {
    const waits = new Set<() => void>();
    const clock: Clock = {
      ...systemClock,
      after(_delayMs, callback) {
        waits.add(callback);
        return () => waits.delete(callback);
      },
    };
    return { clock, waits };
  }

  it('ends its timer with the work, which succeeded or failed', async () => {
    const { clock, waits } = heldClock();
    const work = async (answer: Promise<string>) => {
      assert.equal(waits.size, 1);
      return await answer;
    };
    assert.equal(await withTimeout(clock, 60_000, () => work(Promise.resolve('done'))), 'done');
    assert.equal(waits.size, 0);
    const failed = withTimeout(clock, 60_000, () => work(Promise.reject(new Error('failed'))));
    await assert.rejects(failed, /failed/);
    assert.equal(waits.size, 0);
  });

  it('aborts its signal when the time is over, and still waits for the work', async () => {
    const { clock, waits } = heldClock();
    const late = withTimeout(clock, 60_000, async (timeout) => {
      for (const end of waits) end();
      await new Promise(setImmediate);
      return timeout.reason;
    });
    assert.equal((await late).name, 'TimeoutError');
  });
});
