import { GOOGLE_STATUS } from '../google-status.ts';
import { type JobSpec, type WireJob, wireTime } from './job.ts';
import type { JobRunner } from './runner.ts';

export type JobState = 'ENABLED' | 'PAUSED';

/** A job as the scheduler holds it: as requested, as checked, and what runs it. */
export type ScheduledJob = {
  job: WireJob;
  spec: JobSpec;
  state: JobState;
  updatedMs: number;
  readonly runner: JobRunner;
};

/** The fields that the real service fills in and returns. */
export function withDefaults(job: WireJob): WireJob {
  return {
    ...job,
    timeZone: job.timeZone || 'Etc/UTC',
    attemptDeadline: job.attemptDeadline ?? { seconds: '180' },
    retryConfig: {
      maxRetryDuration: { seconds: '0' },
      minBackoffDuration: { seconds: '5' },
      maxBackoffDuration: { seconds: '3600' },
      maxDoublings: 5,
      ...job.retryConfig,
    },
    ...(job.httpTarget && { httpTarget: { httpMethod: 'POST', ...job.httpTarget } }),
  };
}

/** The job with the fields that only the service writes. */
export function asWire({ job, state, updatedMs, runner }: ScheduledJob): WireJob {
  const [scheduleMs, lastAttemptMs] = [runner.scheduleMs(), runner.lastAttemptMs()];
  const outcome = runner.lastOutcome();
  const { userUpdateTime: _, ...own } = job;
  return {
    ...own,
    state,
    userUpdateTime: wireTime(updatedMs),
    ...(scheduleMs !== undefined && { scheduleTime: wireTime(scheduleMs) }),
    ...(lastAttemptMs !== undefined && { lastAttemptTime: wireTime(lastAttemptMs) }),
    ...(outcome && {
      status: {
        code: outcome.code === 'OK' ? 0 : GOOGLE_STATUS[outcome.code].grpc,
        ...(outcome.error !== undefined && { message: outcome.error }),
      },
    }),
  };
}

export type JobView = Readonly<{
  name: string;
  state: JobState;
  schedule: string;
  /** When it is due next; absent while paused. */
  scheduleMs: number | undefined;
  /** Requests without an answer yet. */
  outstanding: number;
}>;

export const asView = ({ job, state, runner }: ScheduledJob): JobView => ({
  name: job.name ?? '',
  state,
  schedule: job.schedule ?? '',
  scheduleMs: runner.scheduleMs(),
  outstanding: runner.outstanding(),
});
