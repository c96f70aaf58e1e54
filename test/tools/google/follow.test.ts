import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTraceReader, followRun } from '../../../tools/google/follow.ts';
import type { Started } from '../../../tools/google/run.ts';
import { startLocalCloud } from '../../../tools/local/cloud/local-cloud.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { createSleepingClock } from '../sleeping-clock.ts';
import { oneTraceOf } from '../traces/one-trace-of.ts';
import { MINUTE_MS, requestTrace, without } from '../traces/request-trace.ts';
import { createFakeJob, createRecordedProgress } from './desk.ts';

const { signal } = new AbortController();

type Fake = ReturnType<typeof createFakeJob>;

async function follow(
  requests: number,
  arrived: (nowMs: number) => readonly Trace[],
  { before, onSleep }: { before?: number; onSleep?: (fake: Fake, nowMs: number) => void } = {},
) {
  const clock = createSleepingClock(MINUTE_MS + 1000, (nowMs) => onSleep?.(fake, nowMs));
  const fake = createFakeJob(clock, { requests, intervalMs: 100 });
  const { job } = fake;
  if (before !== undefined) fake.attempt(MINUTE_MS, before);
  const scheduledMinute = '2026-03-02T10:00:00Z';
  const run: Started = {
    job: await job.read(),
    scheduledMinute,
    startedMs: MINUTE_MS,
    forced: true,
  };
  const { progress, said, shown } = createRecordedProgress();
  const readTraces = async () => arrived(clock.epochMs());
  return { ...(await followRun({ run, job, readTraces, clock, signal, progress })), said, shown };
}

const traces = (count: number) =>
  Array.from({ length: count }, (_, sequence) => requestTrace({ sequence }));

describe('followRun', () => {
  it('ends when every request has its complete trace', async () => {
    const result = await follow(3, (nowMs) => traces(nowMs < MINUTE_MS + 10_000 ? 2 : 3));
    assert.deepEqual([result.complete, result.whole, result.traces], [true, 3, 3]);
    assert.deepEqual(result.said, ['2 of 3 traces are complete']);
    assert.deepEqual(result.shown, ['2 of 3 traces are complete']);
  });

  it('looks only after the run has had its time, and says how long that is', async () => {
    const times: number[] = [];
    const { said } = await follow(51, (nowMs) => {
      times.push(nowMs - MINUTE_MS);
      return traces(51);
    });
    assert.deepEqual(times, [5000]);
    assert.deepEqual(said, ['the run goes on for 4 s, then its traces are read']);
  });

  it('gives up two minutes after the run, and says what is there', async () => {
    const broken = requestTrace({ sequence: 1 });
    const lacking = { ...broken, spans: broken.spans.slice(0, 2) };
    const result = await follow(2, () => [requestTrace(), lacking]);
    assert.deepEqual([result.complete, result.whole, result.traces], [false, 1, 2]);
    assert.ok(result.waitedMs >= 119_000 && result.waitedMs < 130_000, `${result.waitedMs}`);
  });

  it('counts neither other minutes nor the other platform', async () => {
    const others = [requestTrace({ run: 1 }), requestTrace({ platform: 'gcp_kubernetes_engine' })];
    const result = await follow(1, () => others);
    assert.deepEqual([result.complete, result.traces], [false, 0]);
  });

  it('stops at the first look after the attempt has failed, with its code', async () => {
    const result = await follow(1000, () => [], {
      onSleep: ({ attempt }, nowMs) => nowMs > MINUTE_MS + 8_000 && attempt(MINUTE_MS, 3),
    });
    assert.deepEqual([result.failedWith, result.waitedMs], [3, 10_000]);
  });

  it('takes a code that was there before for this run’s after 30 s without a trace', async () => {
    const result = await follow(1000, () => [], { before: 3 });
    assert.deepEqual([result.failedWith, result.waitedMs], [3, 30_000]);
    const goesOn = await follow(1000, () => traces(3), { before: 3 });
    assert.equal(goesOn.failedWith, null);
  });

  it('counts every request of a trace id that several share, and says so', async () => {
    const rootAttributes = { 'error.type': 'UnexpectedResult' };
    const shared = oneTraceOf(
      requestTrace(),
      requestTrace({ sequence: 1, rootAttributes }),
      without(requestTrace({ sequence: 2 }), 6),
      requestTrace({ run: 1 }),
    );
    const alone = requestTrace({ sequence: 3 });
    const { traces, whole, errors, sharedIds } = await follow(4, () => [shared, alone]);
    assert.deepEqual(
      { traces, whole, errors, sharedIds },
      { traces: 4, whole: 3, errors: 1, sharedIds: 3 },
    );
  });

  it('counts roots in error apart', async () => {
    const rootAttributes = { 'error.type': 'UnexpectedResult' };
    const result = await follow(1, () => [requestTrace({ rootAttributes })]);
    assert.deepEqual([result.complete, result.errors], [true, 1]);
  });
});

describe('createTraceReader', () => {
  it('reads the local Cloud Trace, page by page', async (t) => {
    const cloud = await startLocalCloud();
    t.after(() => cloud.close());
    for (const trace of traces(150)) cloud.traceStore.write(trace.spans);
    const { projectId, region, schedulerAddress, traceReadOrigin } = cloud;
    const read = createTraceReader(
      { projectId, region, jobName: '', local: { schedulerAddress, traceReadOrigin } },
      createSleepingClock(MINUTE_MS + 60_000),
    );
    const found = await read(MINUTE_MS - 1000, signal);
    assert.equal(new Set(found.map(({ traceId }) => traceId)).size, 150);
  });
});
