import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Due, pace, scheduleLengthMs } from '../../../functions/loadgen/schedule.ts';
import { createFakeClock, START } from './fake-clock.ts';

function startPacing(schedule: { requests: number; intervalMs: number }) {
  const clock = createFakeClock();
  const stop = new AbortController();
  const started: (Due & { atMs: number })[] = [];
  const done = pace(schedule, clock, stop.signal, (due) => {
    started.push({ ...due, atMs: clock.nowMs() });
  });
  return { clock, stop, started, done };
}

describe('pace', () => {
  it('starts each request at its own scheduled time, counted from the first', async () => {
    const { clock, started, done } = startPacing({ requests: 4, intervalMs: 250 });
    await clock.advance(1000);
    assert.equal(await done, 4);
    assert.deepEqual(
      started.map(({ sequence, dueMs, atMs, delayMs }) => [sequence, dueMs, atMs, delayMs]),
      [
        [0, 0, 0, 0],
        [1, 250, 250, 0],
        [2, 500, 500, 0],
        [3, 750, 750, 0],
      ],
    );
    assert.deepEqual(
      started.map(({ dueEpochMs }) => dueEpochMs - Date.parse(START)),
      [0, 250, 500, 750],
    );
  });

  it('starts everything overdue at once after a stall, with its delay, and is on time again', async () => {
    const { clock, started, done } = startPacing({ requests: 5, intervalMs: 100 });
    await clock.advance(100);
    clock.stall(220);
    await clock.advance(200);
    await done;
    assert.deepEqual(
      started.map(({ atMs, delayMs }) => [atMs, delayMs]),
      [
        [0, 0],
        [100, 0],
        [320, 120],
        [320, 20],
        [400, 0],
      ],
    );
  });

  it('starts all at once where the interval is 0', async () => {
    const { clock, started, done } = startPacing({ requests: 3, intervalMs: 0 });
    await clock.advance(0);
    assert.equal(await done, 3);
    assert.deepEqual(
      started.map(({ atMs }) => atMs),
      [0, 0, 0],
    );
  });

  it('does not wait for answers', async () => {
    const clock = createFakeClock();
    let started = 0;
    const done = pace(
      { requests: 3, intervalMs: 10 },
      clock,
      new AbortController().signal,
      () => void started++,
    );
    await clock.advance(20);
    await done;
    assert.equal(started, 3);
  });

  it('starts nothing more once the signal aborts, and says how many it had started', async () => {
    const { clock, stop, started, done } = startPacing({ requests: 10, intervalMs: 100 });
    await clock.advance(250);
    stop.abort();
    assert.equal(await done, 3);
    await clock.advance(1000);
    assert.equal(started.length, 3);
  });

  it('starts nothing at all under a signal that has aborted', async () => {
    const stop = AbortSignal.abort();
    const issued = await pace({ requests: 2, intervalMs: 0 }, createFakeClock(), stop, () =>
      assert.fail('started'),
    );
    assert.equal(issued, 0);
  });
});

describe('scheduleLengthMs', () => {
  it('is from the first scheduled time to the last one', () => {
    assert.equal(scheduleLengthMs({ requests: 1, intervalMs: 2000 }), 0);
    assert.equal(scheduleLengthMs({ requests: 10, intervalMs: 2000 }), 18_000);
  });
});
