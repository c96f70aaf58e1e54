/**
 * The result of a comparison: what `--json` writes and what the text and HTML renderers read. Plain
 * JSON throughout (no undefined inside arrays, no Dates, no NaN: what has no value is null).
 *
 * Signs: every difference is a minus b in milliseconds and every ratio is a over b, so a negative
 * difference and a ratio below 1 mean that a is faster.
 *
 * A change that a reader could trip over raises COMPARISON_VERSION.
 */

export const COMPARISON_VERSION = 1;

export type Verdict = 'a-faster' | 'b-faster' | 'no-difference-seen' | 'not-enough-data';

/** Cold and warm requests never share a quantile. */
export type Stratum = 'warm' | 'cold';

/** p50 is the point estimate (of the typical request), low and high bound it; null: not known. */
export type Estimate = Readonly<{ p50: number | null; low: number | null; high: number | null }>;

export type Quantiles = Readonly<{
  n: number;
  p50Ms: number;
  p90Ms: number;
  p95Ms: number;
  p99Ms: number;
}>;

/** [milliseconds, fraction of the values that are at or below it], rising; at most 101 points. */
export type EcdfPoint = readonly [ms: number, fraction: number];

/** [fraction, a's quantile minus b's in ms], at the deciles and p95. */
export type QuantileDifference = readonly [fraction: number, differenceMs: number];

export type CohortSummary = Readonly<{
  /** How people call it: `Cloud Run`, `GKE`, or the filter itself. */
  label: string;
  /** As given: `key=value[,key=value]`, with the cohort's own time window where it has one. */
  filter: string;
  /** Traces of requests, whole or not. */
  traces: number;
  /** Traces with every edge of a request and no orphan. */
  whole: number;
  /** Traces with any span in error; wrong counts are errors too. */
  errors: number;
  wrongCounts: number;
  /** Requests that were an instance's first, or waited for that instance to start. */
  cold: number;
  /** Traces with an unexplained orphan: a span whose parent is missing and not external. */
  orphaned: number;
  /** Traces with a span over 2 ms outside its caller's, mended where its clock is to blame. */
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
  a: Quantiles | null;
  b: Quantiles | null;
  differenceMs: Estimate;
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

/** a and b inclusive; `self*` are the self time or the gap, whichever the hop's `measure` says. */
export type HopQuantiles = Quantiles &
  Readonly<{ selfP50Ms: number; selfP90Ms: number; selfP95Ms: number; selfP99Ms: number }>;

/**
 * How a gap (client span minus its server span: "network + platform") divides where the front
 * end's own span was stored. `inferred` counts the requests where it was not, so that only the sum
 * is known; both kinds occur in one cohort.
 */
export type GapSplit = Readonly<{
  measured: number;
  inferred: number;
  /** Client span minus front end's span; null where no front end's span was stored. */
  networkP50Ms: number | null;
  /** Front end's span minus server span: queueing, cold start, TLS, the platform's own work. */
  platformP50Ms: number | null;
}>;

/** What a hop adds to the critical path of the requests around the median and around p95. */
export type CriticalPath = Readonly<{
  medianMs: number;
  /** Fraction of the root's duration, 0 to 1. */
  medianShare: number;
  p95Ms: number;
  p95Share: number;
}>;

export type Sides<T> = Readonly<{ a: T; b: T }>;

export type Hop = Readonly<{
  /** `service:name` from the root down, joined by ' > '. */
  path: string;
  /** The last segment. */
  service: string;
  name: string;
  /** Root is 0. */
  depth: number;
  stratum: Stratum;
  /**
   * `gap`: a client span with a server span below it, whose self time is network and platform.
   * `self`: any other.
   */
  measure: 'self' | 'gap';
  /** The most spans that one trace had at this path: over 1, siblings were taken together. */
  maxSiblings: number;
  a: HopQuantiles | null;
  b: HopQuantiles | null;
  /** Of self time or gap. */
  differenceMs: Estimate;
  ratio: Estimate;
  /** Adjusted for the number of hops. */
  verdict: Verdict;
  pAdjusted: number | null;
  /** Only where measure is 'gap'. */
  split: Sides<GapSplit | null> | null;
  criticalPath: Sides<CriticalPath | null>;
  /** Of self time or gap. */
  ecdf: Sides<readonly EcdfPoint[]>;
  quantileDifferences: readonly QuantileDifference[];
}>;

export type ConfigurationDifference = Readonly<{ key: string; a: string; b: string }>;

export type WaterfallEvent = Readonly<{
  name: string;
  /** From the root's start. */
  offsetMs: number;
  attributes: Readonly<Record<string, string>>;
}>;

export type WaterfallSpan = Readonly<{
  spanId: string;
  /** In the normalised tree; null for the root and for orphans. */
  parentSpanId: string | null;
  /** Pairs a span with its counterpart in the other cohort (same path, same colour). */
  path: string;
  service: string;
  name: string;
  kind: 'internal' | 'server' | 'client';
  depth: number;
  /** From the root's start, after correction of clock skew; may be negative for an orphan. */
  offsetMs: number;
  durationMs: number;
  /** Time on which no child was working; of a client span above a server span: the gap. */
  selfMs: number;
  /** Milliseconds by which the span was shifted to mend clock skew; 0 as a rule. */
  shiftedMs: number;
  /** The platform's own span, re-nested between client and server. */
  frontEnd: boolean;
  orphan: boolean;
  cold: boolean;
  /** null: no error. */
  error: Readonly<{ type: string; message: string }> | null;
  attributes: Readonly<Record<string, string>>;
  /** null where the source has none to give (Cloud Trace's v1 read API). */
  events: readonly WaterfallEvent[] | null;
}>;

/** One trace ready to draw: spans depth first, each row below its parent. */
export type Waterfall = Readonly<{
  traceId: string;
  projectId: string;
  startMs: number;
  durationMs: number;
  whole: boolean;
  cold: boolean;
  /** Where to open it; null where the source was not Cloud Trace. */
  consoleUrl: string | null;
  spans: readonly WaterfallSpan[];
}>;

export type Exemplars = Readonly<{ median: Waterfall | null; p95: Waterfall | null }>;

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

export type SourceDescription = Readonly<{
  kind: 'cloud-trace' | 'saved-file' | 'otlp-file' | 'memory';
  /** Project, or file names. */
  name: string;
  /** True: from the local run, and never figures of the real platforms. Every output says so. */
  local: boolean;
  /** RFC 3339; null where no bound was given. */
  since: string | null;
  until: string | null;
}>;

export type Comparison = Readonly<{
  version: typeof COMPARISON_VERSION;
  source: SourceDescription;
  /** First in every output: the first threat to any verdict. Only what differs. */
  configuration: readonly ConfigurationDifference[];
  cohorts: Sides<CohortSummary>;
  /** Traces that match both filters and therefore entered neither cohort. */
  inBothCohorts: number;
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
