import type { Clock } from '../../lib/clock.ts';
import type { Identity } from '../../lib/identity.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import { flushSpans } from '../../lib/telemetry/telemetry.ts';
import type { LoadgenConfig } from './config.ts';
import { type LoadSummary, longestScheduleMs } from './contract.ts';
import type { LoadPlan } from './plan.ts';
import { prepare } from './readiness.ts';
import type { ClientRequests, StopKind } from './request.ts';
import { createRoom } from './room.ts';
import { type Run, startRun } from './run.ts';
import { scheduleLengthMs } from './schedule.ts';

const FLUSH_TIMEOUT_MS = 5_000;
/** After SIGTERM: the drain and the telemetry's own shutdown need their part of 10 s. */
const LAST_FLUSH_TIMEOUT_MS = 2_000;

export type Runs = Readonly<{
  /**
   * Runs the plan to its end; a second delivery of a minute is answered at once. Rejects with
   * AppError unavailable where this process has no room for the run.
   */
  run(plan: LoadPlan): Promise<LoadSummary>;
  readonly stopping: boolean;
  /** Starts no more requests, and gives up after `drainMs` on those in flight. */
  stop(drainMs: number): Promise<void>;
}>;

/** All runs of this instance: what they share, and how they end. */
export function createRuns(options: {
  config: LoadgenConfig;
  requests: ClientRequests;
  identity: Identity | undefined;
  clock: Clock;
  logger: Logger;
}): Runs {
  const { config, requests, identity, clock, logger } = options;
  const stop = new AbortController();
  const giveUp = new AbortController();
  const deliveries = createDeliveries<Run>();
  const active = new Set<Promise<unknown>>();
  const room = createRoom(config);

  const runToEnd = async (plan: LoadPlan): Promise<LoadSummary> => {
    const maxRunMs = config.LOADGEN_MAX_RUN_SECONDS * 1000;
    const tooLong = new AbortController();
    const inTime = clock.after(maxRunMs, () => tooLong.abort('run_deadline' satisfies StopKind));
    const run = startRun(plan, {
      requests,
      clock,
      logger,
      stop: AbortSignal.any([stop.signal, tooLong.signal]),
      giveUp: AbortSignal.any([giveUp.signal, tooLong.signal]),
      ready: () =>
        prepare({
          requests,
          identity,
          clock,
          checkConnectivity: plan.checkConnectivity,
          spareMs: longestScheduleMs(config) - scheduleLengthMs(plan),
          signal: stop.signal,
        }),
    });
    if (plan.scheduled) deliveries.remember(plan.scheduledMinute, run);
    const summary = await run.done;
    inTime();
    if (plan.scheduled && summary.sent === 0) deliveries.forget(plan.scheduledMinute);
    // Before the answer, because after it the platform may stop this instance's CPU.
    await flushSpans(stop.signal.aborted ? LAST_FLUSH_TIMEOUT_MS : FLUSH_TIMEOUT_MS);
    logger.info({ summary }, 'run finished');
    return summary;
  };

  return {
    async run(plan) {
      const earlier = plan.scheduled ? deliveries.find(plan.scheduledMinute) : undefined;
      if (earlier) {
        const { scheduledMinute } = plan;
        logger.warn(
          { scheduledMinute },
          'scheduled minute was delivered again and is not run again',
        );
        return { ...earlier.summary(), duplicate: true };
      }
      const leave = room.take(plan.requests);
      const running = runToEnd(plan).finally(leave);
      active.add(running);
      return running.finally(() => active.delete(running));
    },
    get stopping() {
      return stop.signal.aborted;
    },
    async stop(drainMs) {
      stop.abort('stopped' satisfies StopKind);
      const drained = clock.after(drainMs, () => giveUp.abort('stopped' satisfies StopKind));
      await Promise.allSettled(active);
      drained();
    },
  };
}

/** Enough for a retry of any age that a scheduler still makes, with one run a minute. */
const REMEMBERED_MINUTES = 64;

/**
 * What became of each scheduled minute on this instance. Cloud Scheduler delivers at least once;
 * a second delivery must not fire the burst again, or the minute would be counted twice.
 */
export function createDeliveries<R>() {
  const runs = new Map<string, R>();
  return {
    find: (scheduledMinute: string): R | undefined => runs.get(scheduledMinute),
    remember(scheduledMinute: string, run: R): void {
      runs.set(scheduledMinute, run);
      const oldest = runs.keys().next();
      if (runs.size > REMEMBERED_MINUTES && !oldest.done) runs.delete(oldest.value);
    },
    /** For a run that sent nothing: delivered again, it may run. */
    forget: (scheduledMinute: string): void => void runs.delete(scheduledMinute),
  };
}
