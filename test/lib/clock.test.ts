import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sleep, sleepUntil, systemClock, withTimeout } from '../../lib/clock.ts';
import { createFakeClock } from '../functions/loadgen/fake-clock.ts';

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
  it('ends its timer with the work, which succeeded or failed', async () => {
    const clock = createFakeClock();
    const work = async (answer: Promise<string>) => {
      assert.equal(clock.waiting(), 1);
      return await answer;
    };
    assert.equal(await withTimeout(clock, 60_000, () => work(Promise.resolve('done'))), 'done');
    assert.equal(clock.waiting(), 0);
    const failed = withTimeout(clock, 60_000, () => work(Promise.reject(new Error('failed'))));
    await assert.rejects(failed, /failed/);
    assert.equal(clock.waiting(), 0);
  });

  it('aborts its signal when the time is over, and still waits for the work', async () => {
    const clock = createFakeClock();
    const late = withTimeout(clock, 60_000, async (timeout) => {
      await clock.advance(59_999);
      assert.equal(timeout.aborted, false);
      await clock.advance(1);
      return timeout.reason;
    });
    assert.equal((await late).name, 'TimeoutError');
  });
});
