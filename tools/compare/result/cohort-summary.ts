import { median } from 'simple-statistics';
import { type EstimatedTotal, estimateTotal } from '../../traces/sources/sampling/estimate.ts';
import type { Sample } from '../../traces/sources/sampling/sample.ts';
import type { Cohort } from '../cohorts/cohort.ts';
import { runsOf } from '../cohorts/pairing.ts';
import type { RequestRecord, Stratum } from '../cohorts/request-record.ts';
import { latencyQuantiles } from '../statistics/overall.ts';
import { ascending, type Quantiles, quantilesOf } from '../statistics/quantiles.ts';

export type CohortSummary = Readonly<{
  /** How people call it: `Cloud Run`, `GKE`, or the filter itself. */
  label: string;
  /** As given: `key=value[,key=value]`, with the cohort's own time window where it has one. */
  filter: string;
  /** Traces of requests, complete or not. */
  traces: number;
  /** Traces with every edge of a request and no orphan. */
  whole: number;
  /**
   * Requests that ended in error for their caller: by the root's own error.type, so not by an attempt
   * that a retry made good; where the root is missing, by the first error below.
   */
  errors: number;
  /** Requests with impossible times: no figure counts them. */
  impossible: number;
  /** Requests with an impossible start delay: no latency counts them. */
  impossibleDelay: number;
  /** Requests that by their schedule started before they were due: their latency counts from the start. */
  earlyStart: number;
  wrongCounts: number;
  /** Requests that were an instance's first, or waited for that instance to start. */
  cold: number;
  /** Traces with an unexplained orphan: a span whose parent is missing and not external. */
  orphaned: number;
  /** Traces with a server, or a front end's span, over 2 ms outside its caller's by its clock. */
  skewed: number;
  /** Traces with the front end's own span stored, re-nested between client and server span. */
  frontEndStored: number;
  /**
   * Requests without a trace, because queues of spans were filling up. Each root says how many its run
   * had shed before it, so those after a run's last trace are not in it.
   */
  shed: number;
  runs: number;
  /** Requests that the runs' sequence numbers say must exist, seen or not. */
  expectedRequests: number;
  requestsPerRun: number | null;
  /** Of a sample: about how many requests the window has. Absent where all were read. */
  estimatedRequests?: EstimatedTotal;
  /** Errors and wrong counts: of all requests, as the traces that were kept stand for them. */
  rates: Readonly<{ whole: number | null; error: number | null; wrongCount: number | null }>;
  /** Schedule-relative root latency of requests without error, by stratum. */
  latency: Readonly<Record<Stratum, Quantiles | null>>;
  /** Actual start minus scheduled start at p95: how late the load generator itself was. */
  startDelayP95Ms: number | null;
}>;

type Window = Readonly<{ sample: Sample; outside: readonly RequestRecord[] }>;

/** What one cohort is, in counts and rates, before anything is compared. */
export function summariseCohort(
  cohort: Cohort,
  records: readonly RequestRecord[],
  /** Of a sample: what failed outside of its slices counts too. */
  window: Window | null = null,
): CohortSummary {
  const count = (matches: (record: RequestRecord) => boolean) => records.filter(matches).length;
  const rate = (part: number, all: number) => (all === 0 ? null : part / all);
  const standFor = (some: readonly RequestRecord[]) =>
    some.reduce((sum, { keptProbability }) => sum + 1 / keptProbability, 0);
  const rateOfAll = (matches: (record: RequestRecord) => boolean) =>
    rate(standFor(records.filter(matches)), standFor(records));
  const whole = count((record) => record.whole);
  const { outside } = window ?? { outside: [] };
  const failed = outside.filter((record) => record.error !== null).length;
  const errors = count((record) => record.error !== null) + failed;
  const wrongCounts =
    count((record) => record.wrongCount) + outside.filter((record) => record.wrongCount).length;
  const estimated =
    window === null
      ? null
      : estimateTotal(
          window.sample,
          records.map(({ startMs }) => startMs),
        );
  /** Of all requests of the window, where all that failed are known. */
  const rateOfWindow = (part: number) =>
    estimated !== null && window?.sample.failures === 'all'
      ? rate(part, Math.max(part, estimated.estimate))
      : null;
  const delays = records.map(({ startDelayMs }) => startDelayMs).filter((ms) => ms !== null);
  return {
    label: cohort.label,
    filter: describeFilter(cohort),
    traces: records.length,
    whole,
    errors,
    impossible: count((record) => record.impossible),
    impossibleDelay: count((record) => record.impossibleDelay),
    earlyStart: count((record) => record.earlyStart),
    wrongCounts,
    cold: count((record) => record.cold),
    orphaned: count((record) => record.orphaned),
    skewed: count((record) => record.skewed),
    frontEndStored: count((record) => record.frontEndStored),
    shed: shedIn(records),
    ...loadOf(records),
    ...(estimated !== null && { estimatedRequests: estimated }),
    rates: {
      whole: rate(whole, records.length),
      error: rateOfWindow(errors) ?? rateOfAll((record) => record.error !== null),
      wrongCount: rateOfWindow(wrongCounts) ?? rateOfAll((record) => record.wrongCount),
    },
    latency: latencyQuantiles(records),
    startDelayP95Ms: quantilesOf(ascending(delays))?.p95Ms ?? null,
  };
}

/** Of a sample all of whose failures outside of it were read: about how many requests there were. */
export const errorsIn = ({ errors, estimatedRequests }: CohortSummary) =>
  estimatedRequests === undefined ? null : { errors, requests: estimatedRequests.estimate };

const shedIn = (records: readonly RequestRecord[]): number =>
  runsOf(records).reduce(
    (sum, run) => sum + run.records.reduce((most, one) => Math.max(most, one.shedBefore), 0),
    0,
  );

export type Load = Pick<CohortSummary, 'runs' | 'expectedRequests' | 'requestsPerRun'>;

/** What was asked of the cohort, by the sequence numbers of its requests. */
export function loadOf(records: readonly RequestRecord[]): Load {
  const runSizes = runsOf(records.filter(({ rootSpanId }) => rootSpanId !== null)).map(
    ({ records: ofRun }) =>
      ofRun.reduce(
        (most, { sequence }) => Math.max(most, sequence === null ? 0 : sequence + 1),
        ofRun.length,
      ),
  );
  return {
    runs: runSizes.length,
    expectedRequests: runSizes.reduce((sum, size) => sum + size, 0),
    requestsPerRun: runSizes.length === 0 ? null : median(runSizes),
  };
}

/** When the first and the last of these requests began, as RFC 3339. */
export function requestedBetween(records: readonly RequestRecord[]) {
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { startMs } of records) {
    firstMs = Math.min(firstMs, startMs);
    lastMs = Math.max(lastMs, startMs);
  }
  if (firstMs > lastMs) return null;
  return { first: new Date(firstMs).toISOString(), last: new Date(lastMs).toISOString() };
}

function describeFilter({ filter, sinceMs, untilMs, ownWindow }: Cohort): string {
  if (!ownWindow) return filter;
  const bound = (word: string, ms: number | null) =>
    ms === null ? '' : ` ${word} ${new Date(ms).toISOString()}`;
  return `${filter}${bound('since', sinceMs)}${bound('until', untilMs)}`.trim();
}
