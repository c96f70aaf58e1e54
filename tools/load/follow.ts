import { ATTR, SPAN } from '../../lib/telemetry/names.ts';
import type { Span, Trace } from '../compare/model.ts';
import type { Clock } from '../compare/sources/clock.ts';
import { SYSTEM_FILTER } from '../compare/sources/cloud-trace.ts';
import { createReadBudget } from '../compare/sources/read-budget.ts';
import { createTraceApi } from '../compare/sources/trace-api.ts';
import { parseV1Trace } from '../compare/sources/v1-trace.ts';
import { isWhole } from '../compare/wholeness.ts';
import type { Started } from './run.ts';
import type { Target } from './target.ts';
import { type Progress, waitUntil } from './waiting.ts';

/** What arrived of a run in Cloud Trace. */
export type Arrived = Readonly<{
  expected: number;
  traces: number;
  whole: number;
  /** Traces whose root is in error, a wrong count included. */
  errors: number;
  complete: boolean;
  waitedMs: number;
}>;

export type ReadTraces = (fromMs: number, signal: AbortSignal) => Promise<readonly Trace[]>;

const POLL_MS = 5_000;
/** Beyond the run itself: a cold start, the slowest request, the last export. */
const PATIENCE_MS = 120_000;
/** Clocks of two machines differ. */
const CLOCK_SKEW_MS = 60_000;

/** Waits until every request of the run has its whole trace, or for two minutes beyond its length. */
export async function followRun(options: {
  run: Started;
  readTraces: ReadTraces;
  clock: Clock;
  signal: AbortSignal;
  progress: Progress;
}): Promise<Arrived> {
  const { run, readTraces, clock, signal, progress } = options;
  const { requests: expected, intervalMs } = run.job;
  const lengthMs = (expected - 1) * intervalMs;
  const beganMs = clock.nowMs();
  let wholeBefore = -1;
  await waitUntil(
    run.startedMs + lengthMs,
    { clock, signal, progress },
    (seconds) => `the run goes on for ${seconds} s, then its traces are read`,
  );
  for (;;) {
    const traces = await readTraces(run.startedMs - CLOCK_SKEW_MS, signal);
    const mine = traces.filter((trace) => belongsTo(trace, run));
    const whole = mine.filter((trace) => isWhole(trace)).length;
    const errors = mine.filter((trace) => rootOf(trace)?.attributes[ATTR.errorType]).length;
    const complete = whole >= expected;
    const arrived = { expected, traces: mine.length, whole, errors, complete };
    if (complete || clock.nowMs() > run.startedMs + lengthMs + PATIENCE_MS) {
      return { ...arrived, waitedMs: clock.nowMs() - beganMs };
    }
    const text = `${whole} of ${expected} traces are whole`;
    if (whole !== wholeBefore) progress.say(text);
    else progress.show(text);
    wholeBefore = whole;
    await clock.sleep(POLL_MS, signal);
  }
}

/** The same minute runs on GKE too, so only roots of the platform that Cloud Scheduler fires count. */
function belongsTo(trace: Trace, run: Started): boolean {
  const root = rootOf(trace);
  return (
    root !== undefined &&
    Date.parse(root.attributes[ATTR.scheduledMinute] ?? '') === Date.parse(run.scheduledMinute) &&
    root.attributes['cloud.platform'] !== 'gcp_kubernetes_engine' &&
    root.startMs >= run.startedMs - CLOCK_SKEW_MS
  );
}

const rootOf = (trace: Trace): Span | undefined =>
  trace.spans.find(({ name, parentSpanId }) => name === SPAN.loadgen && parentSpanId === undefined);

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
      endTime: new Date(clock.nowMs()).toISOString(),
    };
    const traces: Trace[] = [];
    let pageToken: string | undefined;
    do {
      const page = await api.list({ ...window, pageToken }, signal);
      traces.push(...(page.traces ?? []).map(parseV1Trace));
      pageToken = page.nextPageToken || undefined;
    } while (pageToken !== undefined);
    return traces;
  };
}
