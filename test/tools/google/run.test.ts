import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startRun } from '../../../tools/google/run.ts';
import { createSleepingClock } from '../sleeping-clock.ts';
import { createFakeJob, createRecordedProgress } from './desk.ts';

const NOW = Date.parse('2026-03-02T10:00:20Z');
const { signal } = new AbortController();

describe('startRun', () => {
  it('runs the job at once in a minute that has had no run', async () => {
    const clock = createSleepingClock(NOW);
    const { job, calls, attempt } = createFakeJob(clock);
    attempt(NOW - 30_000);
    const recorded = createRecordedProgress();
    const started = await startRun(job, clock, signal, recorded.progress);
    assert.deepEqual(calls, ['run']);
    assert.equal(started.scheduledMinute, '2026-03-02T10:00:00Z');
    assert.equal(started.forced, true);
    assert.deepEqual([...recorded.said, ...recorded.shown], []);
    assert.equal(clock.epochMs(), NOW);
  });

  it('waits for the next minute where this one has had its run', async () => {
    const clock = createSleepingClock(NOW);
    const { job, calls, attempt } = createFakeJob(clock);
    attempt(NOW - 19_000);
    const { progress, said, shown } = createRecordedProgress();
    const started = await startRun(job, clock, signal, progress);
    assert.deepEqual(said, ['this minute has had its run; the next can start in 42 s']);
    assert.equal(shown[0], 'this minute has had its run; the next can start in 41 s');
    assert.equal(shown.length, 42, 'a second each');
    assert.deepEqual(calls, ['run']);
    assert.equal(started.scheduledMinute, '2026-03-02T10:01:00Z');
  });

  it('takes the schedule’s own run where that fires first in the next minute', async () => {
    const firedMs = Date.parse('2026-03-02T10:01:00.500Z');
    const clock = createSleepingClock(NOW, () => fake.attempt(firedMs));
    const fake = createFakeJob(clock);
    fake.attempt(NOW - 19_000);
    const started = await startRun(fake.job, clock, signal, createRecordedProgress().progress);
    assert.deepEqual(fake.calls, [], 'a forced run would have been a duplicate');
    assert.equal(started.forced, false);
    assert.equal(started.startedMs, firedMs);
    assert.equal(started.scheduledMinute, '2026-03-02T10:01:00Z');
  });

  it('knows the minute that the body names', async () => {
    const clock = createSleepingClock(NOW);
    const { job } = createFakeJob(clock, { scheduledTime: '2026-01-01T00:00:30Z' });
    const started = await startRun(job, clock, signal, createRecordedProgress().progress);
    assert.equal(started.scheduledMinute, '2026-01-01T00:00:00Z');
  });
});
