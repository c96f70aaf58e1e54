import { type Clock, sleep } from '../../lib/clock.ts';
import { ATTR } from '../../lib/telemetry/names.ts';
import { isComplete } from '../traces/completeness.ts';
import type { Span, Trace } from '../traces/model.ts';
import { type NormalisedTrace, requestRootOf, requestsOf } from '../traces/normalise.ts';
import { createReadBudget } from '../traces/sources/read-budget.ts';
import { SYSTEM_FILTER } from '../traces/sources/system-filter.ts';
import { createTraceApi } from '../traces/sources/trace-api.ts';
import type { JobControl } from './job.ts';
import type { Started } from './run.ts';
import type { Target } from './target.ts';
import type { Progress } from './waiting.ts';

/** What arrived of a run in Cloud Trace. */
export type Arrived = Readonly<{
  expected: number;
  /** Requests of which a trace arrived, one for each even where several share a trace id. */
  traces: number;
  /** Of these, whose trace is complete. */
  whole: number;
  /** Of these, whose root is in error, a wrong count included. */
  errors: number;
  /** Of these, that share their trace id with another request. */
  sharedIds: number;
  complete: boolean;
  waitedMs: number;
  /** A gRPC code: the job's attempt failed, and nobody waited on. Null where it did not. */
  failedWith: number | null;
}>;

export type ReadTraces = (fromMs: number, signal: AbortSignal) => Promise<readonly Trace[]>;

const POLL_MS = 5_000;
/** Beyond the run itself: a cold start, the slowest request, the last export. */
const PATIENCE_MS = 120_000;
/**
 * A code that was there before the run may be that of the attempt before: by then a run that goes
 * on has sent a trace.
 */
const STALE_AFTER_MS = 30_000;
/** Clocks of two machines differ. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Waits until every request of the run has its complete trace, its attempt has failed, or for two
 * minutes beyond its length.
 */
export async function followRun(options: {
  run: Started;
  job: Pick<JobControl, 'read'>;
  readTraces: ReadTraces;
  clock: Clock;
  signal: AbortSignal;
  progress: Progress;
}): Promise<Arrived> {
  const { run, job, readTraces, clock, signal, progress } = options;
  const { requests: expected, intervalMs } = run.job;
  const lengthMs = (expected - 1) * intervalMs;
  const beganMs = clock.epochMs();
  let wholeBefore = -1;
  const endMs = run.startedMs + lengthMs;
  const readMine = async () => {
    const traces = await readTraces(run.startedMs - CLOCK_SKEW_MS, signal);
    return traces.flatMap((trace) => requestsOf(trace)).filter((tree) => belongsTo(tree, run));
  };
  let failedWith = await failureOf(run, job, clock);
  if (clock.epochMs() < endMs) progress.say(goesOn(endMs - clock.epochMs()));
  while (failedWith === null && clock.epochMs() < endMs) {
    await sleep(clock, Math.min(POLL_MS, endMs - clock.epochMs()), signal);
    progress.show(goesOn(Math.max(0, endMs - clock.epochMs())));
    failedWith = await failureOf(run, job, clock);
    if (failedWith !== null && hadFailed(run) && (await readMine()).length > 0) failedWith = null;
  }
  for (;;) {
    const mine = await readMine();
    const whole = mine.filter(isComplete).length;
    const errors = mine.filter((tree) => rootOf(tree)?.attributes[ATTR.errorType]).length;
    const sharedIds = mine.filter(({ requestsInTrace }) => requestsInTrace > 1).length;
    const complete = whole >= expected;
    if (failedWith === null && mine.length === 0) failedWith = await failureOf(run, job, clock);
    if (complete || failedWith !== null || clock.epochMs() > endMs + PATIENCE_MS) {
      const waitedMs = clock.epochMs() - beganMs;
      const counts = { expected, traces: mine.length, whole, errors, sharedIds };
      return { ...counts, complete, waitedMs, failedWith };
    }
    const text = `${whole} of ${expected} traces are complete`;
    if (whole !== wholeBefore) progress.say(text);
    else progress.show(text);
    wholeBefore = whole;
    await sleep(clock, POLL_MS, signal);
  }
}

const goesOn = (ms: number) =>
  `the run goes on for ${Math.ceil(ms / 1000)} s, then its traces are read`;

const hadFailed = ({ job }: Started): boolean => (job.lastStatusCode ?? 0) !== 0;

/** The code with which the run's attempt failed; null where it goes on, or went well. */
async function failureOf(
  run: Started,
  job: Pick<JobControl, 'read'>,
  clock: Clock,
): Promise<number | null> {
  const { lastAttemptMs = 0, lastStatusCode = 0 } = await job.read();
  if (lastStatusCode === 0 || lastAttemptMs < run.startedMs - CLOCK_SKEW_MS) return null;
  const mayBeStale = hadFailed(run) && clock.epochMs() < run.startedMs + STALE_AFTER_MS;
  return mayBeStale ? null : lastStatusCode;
}

/** The same minute runs on GKE too, so only roots of the platform that Cloud Scheduler fires count. */
function belongsTo(tree: NormalisedTrace, run: Started): boolean {
  const root = rootOf(tree);
  return (
    root !== undefined &&
    Date.parse(root.attributes[ATTR.scheduledMinute] ?? '') === Date.parse(run.scheduledMinute) &&
    root.attributes['cloud.platform'] !== 'gcp_kubernetes_engine' &&
    root.startMs >= run.startedMs - CLOCK_SKEW_MS
  );
}

const rootOf = (tree: NormalisedTrace): Span | undefined => requestRootOf(tree)?.span;

/** Reads the system's traces from Cloud Trace within its quota; the local one by the same code. */
export function createTraceReader(target: Target, clock: Clock): ReadTraces {
  const { projectId, local } = target;
  const budget = createReadBudget({ clock });
  const api = createTraceApi({
    projectId,
    clock,
    rootUrl: local?.traceReadOrigin,
    onRetry: () => {},
    spend: (units, signal) => budget.take(units, signal, () => {}),
  });
  return async (fromMs, signal) => {
    const window = {
      filter: SYSTEM_FILTER,
      startTime: new Date(fromMs).toISOString(),
      endTime: new Date(clock.epochMs()).toISOString(),
    };
    const traces: Trace[] = [];
    let pageToken: string | undefined;
    do {
      const page = await api.list({ ...window, pageToken }, signal);
      traces.push(...page.traces);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return traces;
  };
}
