import type { Clock } from '../../../../lib/clock.ts';
import type { AttemptOutcome } from './attempt.ts';
import { backoffMs, type JobSpec } from './job.ts';

/** One request to a job's target. */
export type Attempt = AttemptOutcome &
  Readonly<{
    job: string;
    scheduledMs: number;
    startedMs: number;
    endedMs: number;
    /** From 1 within its execution; above 1 is a retry. */
    number: number;
    /** By RunJob, not by the schedule. */
    forced: boolean;
  }>;

export type JobRunner = Readonly<{
  /** Follows the schedule from now; also called after a change of it. */
  resume(): void;
  /** Stops following the schedule; a running request continues to its end. */
  pause(): void;
  /** Starts an execution now, also while another runs. */
  runNow(): void;
  scheduleMs(): number | undefined;
  lastAttemptMs(): number | undefined;
  lastOutcome(): AttemptOutcome | undefined;
  outstanding(): number;
  close(): void;
}>;

/**
 * Follows one job's schedule. Its executions never overlap: one that is due while another runs
 * starts when that ends. If several are due by then, only the latest starts, which is an assumption
 * about the real service.
 *
 *     due     |1        |2        |3        |4
 *     runs    [1------------------------][3---][4--]
 */
export function createJobRunner(options: {
  job: string;
  spec: () => JobSpec;
  clock: Clock;
  attempt: (scheduledMs: number, signal: AbortSignal) => Promise<AttemptOutcome>;
  onAttempt: (attempt: Attempt) => void;
}): JobRunner {
  const { job, spec, clock, attempt, onAttempt } = options;
  const closing = new AbortController();
  let cancelTimer: () => void = () => {};
  let following = false;
  let running = false;
  let outstanding = 0;
  let pendingMs: number | undefined;
  let scheduleMs: number | undefined;
  let lastAttemptMs: number | undefined;
  let lastOutcome: AttemptOutcome | undefined;
  // Retries end at the next scheduled start.
  const waiting = new Set<() => void>();
  const giveUpRetries = () => {
    for (const stop of waiting) stop();
  };

  const follow = (afterMs: number) => {
    cancelTimer();
    scheduleMs = spec().cron.nextMs(afterMs);
    if (scheduleMs === undefined) return;
    const dueMs = scheduleMs;
    cancelTimer = callAt(clock, dueMs, () => {
      // After the machine slept, missed times are skipped.
      follow(Math.max(dueMs, clock.epochMs()));
      giveUpRetries();
      if (running) pendingMs = dueMs;
      else void startScheduled(dueMs);
    });
  };

  const startScheduled = async (dueMs: number): Promise<void> => {
    running = true;
    for (let next: number | undefined = dueMs; next !== undefined; ) {
      pendingMs = undefined;
      await execute(next, false);
      next = following ? pendingMs : undefined;
    }
    running = false;
  };

  const execute = async (scheduledMs: number, forced: boolean): Promise<void> => {
    const firstMs = clock.epochMs();
    const { retry } = spec();
    for (let number = 1; !closing.signal.aborted; number += 1) {
      const startedMs = clock.epochMs();
      lastAttemptMs = startedMs;
      outstanding += 1;
      const outcome = await attempt(scheduledMs, closing.signal);
      outstanding -= 1;
      if (closing.signal.aborted) return;
      lastOutcome = outcome;
      const endedMs = clock.epochMs();
      onAttempt({ ...outcome, job, scheduledMs, startedMs, endedMs, number, forced });
      // With both limits given, retrying goes on until both are reached.
      const more =
        number <= retry.count ||
        (retry.maxDurationMs > 0 && endedMs - firstMs < retry.maxDurationMs);
      if (outcome.code === 'OK' || retry.count === 0 || !more) return;
      if (!(await waitUntil(endedMs + backoffMs(number - 1, retry)))) return;
    }
  };

  /** False where the wait was cut short. */
  const waitUntil = (timeMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      const done = (reached: boolean) => {
        waiting.delete(stop);
        cancel();
        resolve(reached);
      };
      const stop = () => done(false);
      waiting.add(stop);
      const cancel = callAt(clock, timeMs, () => done(true));
    });

  return {
    resume() {
      following = true;
      follow(clock.epochMs());
    },
    pause() {
      following = false;
      cancelTimer();
      scheduleMs = undefined;
      pendingMs = undefined;
      giveUpRetries();
    },
    runNow: () => void execute(clock.epochMs(), true),
    scheduleMs: () => scheduleMs,
    lastAttemptMs: () => lastAttemptMs,
    lastOutcome: () => lastOutcome,
    outstanding: () => outstanding,
    close() {
      following = false;
      cancelTimer();
      closing.abort();
      giveUpRetries();
    },
  };
}

/** setTimeout accepts at most 2^31 - 1 ms; a monthly cron waits longer. */
const MAX_WAIT_MS = 3_600_000;

/** Calls back at a time of the wall clock, never earlier; the result cancels that. */
function callAt(clock: Clock, timeMs: number, run: () => void): () => void {
  let cancel: () => void;
  const wait = () => {
    const leftMs = Math.max(0, timeMs - clock.epochMs());
    cancel = clock.after(Math.min(leftMs, MAX_WAIT_MS), arrive);
  };
  const arrive = () => (clock.epochMs() >= timeMs ? run() : wait());
  wait();
  return () => cancel();
}

const MAX_ATTEMPTS = 1_000;

/** The last attempts of all jobs, oldest first, and a subscription to new ones. */
export function createAttemptLog() {
  const attempts: Attempt[] = [];
  const listeners = new Set<(attempt: Attempt) => void>();
  return {
    add(attempt: Attempt): void {
      attempts.push(attempt);
      if (attempts.length > MAX_ATTEMPTS) attempts.shift();
      for (const listener of listeners) listener(attempt);
    },
    /** Of one job or of all. */
    of: (job?: string): Attempt[] =>
      attempts.filter((attempt) => job === undefined || attempt.job === job),
    onAttempt(listener: (attempt: Attempt) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
