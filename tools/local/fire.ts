import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';
import { until } from '../../lib/telemetry/deadline.ts';
import { SIZING } from './platforms/knobs.ts';
import type { Platform } from './platforms/platform.ts';
import type { ReadyPlatform, System } from './system.ts';
import { describeAttempt, reasonOf } from './watch-refusals.ts';

/** How much longer than its schedule a run may take. */
const GRACE_MS = 60_000;

/** loadgen refused the run, or its attempt failed. watchRefusals reports it. */
export class RunRefused extends Error {
  override readonly name = 'RunRefused';
}

/**
 * What a run asks of loadgen, the same on both platforms. Never more requests at once than one
 * container answers, as terraform/ sets it: with more, Cloud Run starts another instance and GKE does
 * not, and a comparison would compare the sizes.
 */
export const createLoadBody = (options: {
  requests: number;
  intervalMs: number;
}): LoadRequestBody => ({
  requests: options.requests,
  intervalMs: options.intervalMs,
  maxInFlight: SIZING.concurrency,
});

/** Fires one run on every platform at once, and waits for the answers. */
export async function fireRun(
  system: System,
  body: LoadRequestBody,
  minute: Date,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    system.platforms.map((platform) => fireOn({ ...system, platform }, body, minute, signal)),
  );
}

/**
 * Fires one run on one platform, as its schedule does, and waits for the answer. loadgen's summary is
 * in its log ('run finished'). Throws RunRefused for an attempt that failed.
 */
export async function fireOn(
  ready: ReadyPlatform,
  body: LoadRequestBody,
  minute: Date,
  signal: AbortSignal,
): Promise<void> {
  const lengthMs = (body.requests ?? 0) * (body.intervalMs ?? 0);
  const graceMs = GRACE_MS * ready.slowness.factor();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(lengthMs + graceMs)]);
  limit.throwIfAborted();
  await (ready.platform.name === 'gke'
    ? fireCronJob(ready.platform, body, minute, limit)
    : runJob(ready, body, limit));
}

async function runJob(
  { job, cloud }: ReadyPlatform,
  body: LoadRequestBody,
  signal: AbortSignal,
): Promise<void> {
  if (!job) throw new Error('Cloud Scheduler has no job to run');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = cloud.scheduler.onAttempt((attempt) => {
    if (attempt.httpStatus === 200) resolve();
    else reject(new RunRefused(`Cloud Scheduler's attempt ended with ${describeAttempt(attempt)}`));
  });
  try {
    await until(job.run(body), signal);
    await until(promise, signal);
  } finally {
    stop();
  }
}

async function fireCronJob(
  platform: Platform,
  body: LoadRequestBody,
  minute: Date,
  signal: AbortSignal,
): Promise<void> {
  if (!platform.fire) throw new Error(`${platform.name} has no CronJob to fire`);
  const answer = await until(platform.fire(body, minute), signal);
  if (answer === undefined) throw new RunRefused('the CronJob skipped it: the last has not ended');
  if (answer.status === 200) return;
  throw new RunRefused(`the CronJob's post ended with ${answer.status} ${reasonOf(answer.body)}`);
}
