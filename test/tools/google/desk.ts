import type { LoadRequestBody } from '../../../functions/loadgen/contract.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { JobControl, JobView } from '../../../tools/google/job.ts';
import type { Progress } from '../../../tools/google/waiting.ts';

/** What a tool says of its progress, everywhere and on a terminal. */
export function createRecordedProgress() {
  const said: string[] = [];
  const shown: string[] = [];
  const progress: Progress = {
    say: (text) => said.push(text),
    show: (text) => shown.push(text),
  };
  return { said, shown, progress };
}

export const JOB_NAME = 'projects/p/locations/r/jobs/j';

/** A job in memory that counts its calls and whose last attempt a test may change. */
export function createFakeJob(clock: Clock, body: LoadRequestBody = {}) {
  const calls: string[] = [];
  let codeOfRun: number | undefined;
  let view: JobView = {
    name: JOB_NAME,
    state: 'ENABLED',
    schedule: '* * * * *',
    timeZone: 'Etc/UTC',
    body,
    requests: body.requests ?? 10,
    intervalMs: body.intervalMs ?? 2000,
    attemptDeadlineMs: 180_000,
  };
  const change = (name: string, changes: Partial<JobView>) => async () => {
    calls.push(name);
    view = { ...view, ...changes };
    return view;
  };
  const job: JobControl = {
    read: async () =>
      calls.includes('run')
        ? { ...view, ...(codeOfRun !== undefined && { lastStatusCode: codeOfRun }) }
        : view,
    run: () => change('run', { lastAttemptMs: clock.epochMs(), lastStatusCode: 0 })(),
    pause: change('pause', { state: 'PAUSED' }),
    resume: change('resume', { state: 'ENABLED' }),
    set: ({ requests, intervalMs, schedule }) =>
      change('set', {
        ...(requests !== undefined && { requests }),
        ...(intervalMs !== undefined && { intervalMs }),
        ...(schedule !== undefined && { schedule }),
      })(),
    close: async () => {},
  };
  return {
    job,
    calls,
    /** Every look after the start of a run finds it failed. */
    failWith(lastStatusCode: number) {
      codeOfRun = lastStatusCode;
    },
    attempt(lastAttemptMs: number, lastStatusCode = 0) {
      view = { ...view, lastAttemptMs, lastStatusCode };
    },
  };
}
