import { scheduledMinuteOf } from '../../functions/loadgen/contract.ts';
import type { Clock } from '../../lib/clock.ts';
import type { JobControl, JobView } from './job.ts';
import { type Progress, waitUntil } from './waiting.ts';

/** A run that was started, and for which minute: its traces carry that minute. */
export type Started = Readonly<{
  job: JobView;
  scheduledMinute: string;
  startedMs: number;
  /** False where the schedule itself started this minute's run. */
  forced: boolean;
}>;

/**
 * Starts one run now. loadgen runs a scheduled minute once, because Cloud Scheduler may deliver it
 * twice; a second start within one minute would do nothing. So where this minute has had its run,
 * this waits for the next one, and where the schedule fires in it first, that is the run.
 */
export async function startRun(
  job: JobControl,
  clock: Clock,
  signal: AbortSignal,
  progress: Progress,
): Promise<Started> {
  const before = await job.read();
  const minuteMs = startOfMinute(clock.epochMs());
  if (attemptIn(before, minuteMs) !== undefined) {
    const nextMs = minuteMs + 60_000;
    // A little into the minute, so that a schedule that fires in it has done so.
    await waitUntil(
      nextMs + SETTLE_MS,
      { clock, signal, progress },
      (seconds) => `this minute has had its run; the next can start in ${seconds} s`,
    );
    const now = await job.read();
    const scheduledMs = attemptIn(now, nextMs);
    if (scheduledMs !== undefined) return started(now, scheduledMs, false);
  }
  const startedMs = clock.epochMs();
  return started(await job.run(), startedMs, true);
}

const SETTLE_MS = 2_000;

const startOfMinute = (ms: number) => Math.floor(ms / 60_000) * 60_000;

function attemptIn(job: JobView, minuteMs: number): number | undefined {
  const { lastAttemptMs } = job;
  return lastAttemptMs !== undefined && startOfMinute(lastAttemptMs) === minuteMs
    ? lastAttemptMs
    : undefined;
}

function started(job: JobView, startedMs: number, forced: boolean): Started {
  // A body that names its scheduled time has the last word in loadgen.
  const scheduledMs =
    job.body.scheduledTime === undefined ? startedMs : Date.parse(job.body.scheduledTime);
  return { job, scheduledMinute: scheduledMinuteOf(new Date(scheduledMs)), startedMs, forced };
}
