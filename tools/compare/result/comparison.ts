/**
 * The result of a comparison: what `--json` writes and what the text and HTML renderers read. Plain
 * JSON throughout (no undefined inside arrays, no Dates, no NaN: what has no value is null).
 *
 * Signs: every difference is a minus b in milliseconds and every ratio is a over b, so a negative
 * difference and a ratio below 1 mean that a is faster.
 *
 * A change that a reader could trip over raises COMPARISON_VERSION.
 */

import type { SourceDescription } from '../../traces/sources/source.ts';
import type { Exemplars } from '../../traces/waterfall-model.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { EcdfPoint, QuantileDifference, Quantiles } from '../statistics/quantiles.ts';
import type { Hop } from './hop.ts';
import type { Sides, Stratum, Verdict } from './sides.ts';

export type { SourceDescription } from '../../traces/sources/source.ts';
export type {
  Exemplars,
  Waterfall,
  WaterfallEvent,
  WaterfallSpan,
} from '../../traces/waterfall-model.ts';
export type { Estimate } from '../statistics/estimate.ts';
export type { EcdfPoint, QuantileDifference, Quantiles } from '../statistics/quantiles.ts';
export type { CriticalPath, GapSplit, Hop, HopQuantiles } from './hop.ts';
export type { Sides, Stratum, Verdict } from './sides.ts';

export const COMPARISON_VERSION = 1;

export type CohortSummary = Readonly<{
  /** How people call it: `Cloud Run`, `GKE`, or the filter itself. */
  label: string;
  /** As given: `key=value[,key=value]`, with the cohort's own time window where it has one. */
  filter: string;
  /** Traces of requests, whole or not. */
  traces: number;
  /** Traces with every edge of a request and no orphan. */
  whole: number;
  /**
   * Requests that ended in error for their caller: by the root's own error.type, so not by an attempt
   * that a retry made good; where the root is missing, by the first error below.
   */
  errors: number;
  wrongCounts: number;
  /** Requests that were an instance's first, or waited for that instance to start. */
  cold: number;
  /** Traces with an unexplained orphan: a span whose parent is missing and not external. */
  orphaned: number;
  /** Traces with a server, or a front end's span, over 2 ms outside its caller's by its clock. */
  skewed: number;
  /** Traces with the front end's own span stored, re-nested between client and server span. */
  frontEndStored: number;
  runs: number;
  /** Requests that the runs' sequence numbers say must exist, seen or not. */
  expectedRequests: number;
  requestsPerRun: number | null;
  rates: Readonly<{ whole: number | null; error: number | null; wrongCount: number | null }>;
  /** Schedule-relative root latency of requests without error, by stratum. */
  latency: Readonly<Record<Stratum, Quantiles | null>>;
  /** Actual start minus scheduled start at p95: how late the load generator itself was. */
  startDelayP95Ms: number | null;
}>;

/** The one primary verdict. */
export type Overall = Readonly<{
  stratum: 'warm';
  measure: 'schedule-relative root latency';
  /** Of the requests that were tested: where requests are paired, of those with a partner. */
  a: Quantiles | null;
  b: Quantiles | null;
  /** By how much b's requests would have to be slower for the test to see no difference. */
  differenceMs: Estimate;
  /** The figure that is tested. */
  ratio: Estimate;
  verdict: Verdict;
  /** Whether requests were paired by scheduled run, sequence and query. */
  paired: boolean;
  /** Pairs of requests that entered (paired), else 0. */
  pairs: number;
  /** Runs that entered on each side: the sample size that the intervals know. */
  runs: Readonly<{ a: number; b: number }>;
  pValue: number | null;
  /** Named in every output. */
  method: string;
  /** Why there is no verdict, in a sentence; null where there is one. */
  reason: string | null;
  ecdf: Readonly<{ a: readonly EcdfPoint[]; b: readonly EcdfPoint[] }>;
  quantileDifferences: readonly QuantileDifference[];
}>;

export type ConfigurationDifference = Readonly<{
  key: string;
  a: string;
  b: string;
  /** Only where nobody could have chosen the same on both: no threat, but what the platforms are. */
  byNature?: true;
}>;

/** A line of the list of recent traces. */
export type RecentTrace = Readonly<{
  traceId: string;
  cohort: 'a' | 'b';
  startMs: number;
  /** Schedule-relative root latency; null where the root is missing. */
  latencyMs: number | null;
  query: string | null;
  spans: number;
  whole: boolean;
  cold: boolean;
  /** error.type, or null. */
  error: string | null;
  consoleUrl: string | null;
}>;

/** The closed list of reasons not to trust the figures, or to read them with care. */
export const WARNING_IDS = [
  'wrong-counts',
  'too-few-traces',
  'too-few-runs',
  'unpaired',
  'unequal-load',
  'different-query-mix',
  'cold-starts-present',
  'errors',
  'orphans',
  'sampled',
  'clock-skew',
  'truncated-by-quota',
] as const;
export type WarningId = (typeof WARNING_IDS)[number];

/** `finding` is what was seen, with figures; `advice` is what to do about it. */
export type Warning = Readonly<{ id: WarningId; finding: string; advice: string }>;

export type Comparison = Readonly<{
  version: typeof COMPARISON_VERSION;
  source: SourceDescription;
  /** Why no trace matches a cohort's filter, in a sentence for each; then all else is left out. */
  unmatched: readonly string[];
  /** First in every output: the first threat to any verdict. Only what differs. */
  configuration: readonly ConfigurationDifference[];
  cohorts: Sides<CohortSummary>;
  /** Traces that match both filters and therefore entered neither cohort. */
  inBothCohorts: number;
  /** Traces that were not whole and had ended shortly before they were read: left out. */
  stillArriving: number;
  overall: Overall;
  /** Depth first, in the order of their start; the warm stratum before the cold one. */
  hops: readonly Hop[];
  /** Warm exemplars: the requests at the median and at p95 of the primary measure. */
  exemplars: Sides<Exemplars>;
  /** The same of the cold stratum, where there is one. */
  coldExemplars: Sides<Exemplars>;
  /** Newest first, at most 50, both cohorts together. */
  recent: readonly RecentTrace[];
  warnings: readonly Warning[];
  /** The statistical methods in words, for the reader of the output. */
  methods: readonly string[];
}>;
