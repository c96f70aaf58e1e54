import type { LoadRequestBody } from '../../lib/load-request.ts';
import type { Platform } from './platforms/platform.ts';
import type { System } from './system.ts';

/** How long one run may take beyond its own schedule before it is given up. */
const GRACE_MS = 60_000;

/**
 * Fires one run on every platform at once, as its schedule does, and waits for the answers. What
 * loadgen had to say is in its log ('run finished'); here only an attempt that failed is an error.
 */
export async function fireRun(
  system: System,
  body: LoadRequestBody,
  minute: Date,
  signal: AbortSignal,
): Promise<void> {
  const lengthMs = (body.requests ?? 0) * (body.intervalMs ?? 0);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(lengthMs + GRACE_MS)]);
  await Promise.all(
    system.platforms.map((platform) =>
      platform.name === 'gke'
        ? fireCronJob(platform, body, minute, limit)
        : runJob(system, body, limit),
    ),
  );
}

async function runJob(system: System, body: LoadRequestBody, signal: AbortSignal): Promise<void> {
  const { job, cloud } = system;
  if (!job) throw new Error('there is no scheduler job to run');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = cloud.scheduler.onAttempt((attempt) => {
    if (attempt.httpStatus === 200) resolve();
    else reject(new Error(`Cloud Scheduler's attempt ended with ${describe(attempt)}`));
  });
  const abort = () => reject(new Error('the run did not end in time or was stopped'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await job.run(body);
    await promise;
  } finally {
    stop();
    signal.removeEventListener('abort', abort);
  }
}

async function fireCronJob(
  platform: Platform,
  body: LoadRequestBody,
  minute: Date,
  signal: AbortSignal,
): Promise<void> {
  const stopped = Promise.withResolvers<never>();
  const abort = () => stopped.reject(new Error('the run did not end in time or was stopped'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    const answer = await Promise.race([platform.fire?.(body, minute), stopped.promise]);
    if (answer?.status === 200) return;
    throw new Error(`the CronJob's post ended with ${JSON.stringify(answer)}`);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const describe = (attempt: object) => JSON.stringify(attempt).slice(0, 500);
