import type { CriticalPath } from '../../../../tools/compare/cohorts/critical-path.ts';
import type { Stratum } from '../../../../tools/compare/cohorts/request-record.ts';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import type { Drawn } from '../../../../tools/compare/result/drawing.ts';
import type { Estimate } from '../../../../tools/compare/statistics/estimate.ts';
import type { Hop, HopQuantiles } from '../../../../tools/compare/statistics/hop.ts';
import type { Verdict } from '../../../../tools/compare/statistics/overall.ts';
import type {
  EcdfPoint,
  QuantileDifference,
} from '../../../../tools/compare/statistics/quantiles.ts';
import type { Tail } from '../../../../tools/compare/statistics/tails.ts';
import type { WaterfallSpan } from '../../../../tools/traces/waterfall.ts';

/**
 * A made-up but plausible comparison for the renderer's tests: no clock, no random source, so that
 * a golden file can hold it. Latencies are log-normal quantiles written out by formula.
 */

type Shape = Readonly<{
  key: string;
  service: string;
  name: string;
  kind: WaterfallSpan['kind'];
  parent: string | null;
  /** Start and end as fractions of the root. */
  from: number;
  to: number;
  measure: 'self' | 'gap';
  selfMs: Readonly<{ a: number; b: number }>;
  verdict: Verdict;
}>;

const RPC = 'grpc.shakesapp.ShakespeareService/GetMatchCount';

// biome-ignore format: one span a line reads as the tree it is
const SHAPES: readonly Shape[] = [
  { key: 'root', service: 'loadgen', name: 'loadgen', kind: 'internal', parent: null, from: 0, to: 1, measure: 'self', selfMs: { a: 0.9, b: 0.8 }, verdict: 'no-difference-seen' },
  { key: 'http', service: 'loadgen', name: 'GET', kind: 'client', parent: 'root', from: 0.02, to: 0.985, measure: 'gap', selfMs: { a: 7.8, b: 2.1 }, verdict: 'b-faster' },
  { key: 'front', service: 'cloud-run', name: 'client', kind: 'server', parent: 'http', from: 0.06, to: 0.96, measure: 'self', selfMs: { a: 2.2, b: 0 }, verdict: 'not-enough-data' },
  { key: 'get', service: 'client', name: 'GET /', kind: 'server', parent: 'front', from: 0.16, to: 0.94, measure: 'self', selfMs: { a: 1.1, b: 1.0 }, verdict: 'no-difference-seen' },
  { key: 'client', service: 'client', name: 'client', kind: 'internal', parent: 'get', from: 0.19, to: 0.92, measure: 'self', selfMs: { a: 0.6, b: 0.6 }, verdict: 'no-difference-seen' },
  { key: 'rpc', service: 'client', name: RPC, kind: 'client', parent: 'client', from: 0.21, to: 0.91, measure: 'gap', selfMs: { a: 6.4, b: 1.4 }, verdict: 'b-faster' },
  { key: 'serve', service: 'server', name: RPC, kind: 'server', parent: 'rpc', from: 0.36, to: 0.88, measure: 'self', selfMs: { a: 0.8, b: 0.9 }, verdict: 'no-difference-seen' },
  { key: 'read', service: 'server', name: 'works.read', kind: 'internal', parent: 'serve', from: 0.39, to: 0.47, measure: 'self', selfMs: { a: 0.2, b: 0.2 }, verdict: 'no-difference-seen' },
  { key: 'search', service: 'server', name: 'works.search', kind: 'internal', parent: 'serve', from: 0.5, to: 0.87, measure: 'self', selfMs: { a: 3.9, b: 4.6 }, verdict: 'a-faster' },
];

const round = (value: number) => Math.round(value * 1e4) / 1e4;
const shape = (key: string) => SHAPES.find((item) => item.key === key);

/** The front end's own span is no part of the paths below it: only one platform has it. */
function pathOf(item: Shape): string {
  const segment = `${item.service}:${item.name}`;
  const key = item.parent === 'front' ? 'http' : item.parent;
  const parent = key === null ? undefined : shape(key);
  return parent ? `${pathOf(parent)} > ${segment}` : segment;
}

function depthOf(item: Shape): number {
  const parent = item.parent === null ? undefined : shape(item.parent);
  return parent ? depthOf(parent) + 1 : 0;
}

/** Quantile of a log-normal around `median`, by the logistic approximation of the probit. */
const quantile = (median: number, p: number) =>
  round(median * Math.exp(0.3 * 0.5513 * Math.log(p / (1 - p))));

function ecdf(median: number): EcdfPoint[] {
  return Array.from({ length: 99 }, (_, index) => {
    const fraction = (index + 1) / 100;
    return [quantile(median, fraction), fraction] as const;
  });
}

function differences(a: number, b: number): QuantileDifference[] {
  return [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95].map(
    (p) => [p, round(quantile(a, p) - quantile(b, p))] as const,
  );
}

function quantiles(inclusive: number, self: number, n: number): HopQuantiles {
  return {
    n,
    p50Ms: quantile(inclusive, 0.5),
    p90Ms: quantile(inclusive, 0.9),
    p95Ms: quantile(inclusive, 0.95),
    p99Ms: quantile(inclusive, 0.99),
    selfP50Ms: quantile(self, 0.5),
    selfP90Ms: quantile(self, 0.9),
    selfP95Ms: quantile(self, 0.95),
    selfP99Ms: quantile(self, 0.99),
  };
}

const critical = (self: number, root: number): CriticalPath => ({
  medianMs: round(self),
  medianShare: round(self / root),
  p95Ms: round(self * 2.1),
  p95Share: round(self / root),
});

function estimate(value: number, width: number) {
  return { p50: round(value), low: round(value - width), high: round(value + width) };
}

function hop(item: Shape, stratum: Stratum): Hop {
  const scale = stratum === 'cold' ? 14 : 1;
  const a = item.selfMs.a * scale;
  const b = item.selfMs.b * (stratum === 'cold' ? 3 : 1);
  const root = { a: 24 * scale, b: 11.5 * scale };
  const width = Math.max(0.15, Math.abs(a - b) * 0.12);
  const onlyA = item.key === 'front';
  const n = stratum === 'cold' ? 3 : onlyA ? 117 : 396;
  const known = !onlyA && stratum === 'warm';
  return {
    path: pathOf(item),
    service: item.service,
    name: item.name,
    depth: depthOf(item),
    stratum,
    measure: item.measure,
    maxDeeper: 0,
    maxSiblings: 1,
    a: quantiles((item.to - item.from) * root.a, a, n),
    b: onlyA ? null : quantiles((item.to - item.from) * root.b, b, n),
    tested: known ? { a: 380, b: 380 } : { a: 0, b: 0 },
    differenceMs: known ? estimate(a - b, width) : { p50: null, low: null, high: null },
    ratio: known ? estimate(a / b, 0.08) : { p50: null, low: null, high: null },
    verdict: stratum === 'cold' ? 'not-enough-data' : item.verdict,
    pAdjusted: known ? (item.verdict === 'no-difference-seen' ? 0.61 : 0.0004) : null,
    remark:
      known && item.key === 'read'
        ? 'some difference, but not surely above 0.47 ms (2 % of the request)'
        : null,
    smallestDifference: known ? { ms: 0.6, ratio: round(1 + 0.6 / b) } : null,
    split:
      item.measure === 'gap'
        ? {
            a: { measured: 117, inferred: 279, networkP50Ms: 1.9, platformP50Ms: round(a - 1.9) },
            b: { measured: 0, inferred: 396, networkP50Ms: null, platformP50Ms: null },
          }
        : null,
    criticalPath: { a: critical(a, root.a), b: onlyA ? null : critical(b, root.b) },
    ecdf: { a: ecdf(a), b: onlyA ? [] : ecdf(b) },
    quantileDifferences: onlyA ? [] : differences(a, b),
  };
}

function waterfall(side: 'a' | 'b', durationMs: number, seed: number): Drawn {
  const traceId = (side === 'a' ? 'a1' : 'b2').repeat(15) + seed.toString(16).padStart(2, '0');
  const cloudRun = side === 'a';
  const spans = SHAPES.filter((item) => cloudRun || item.key !== 'front').map((item, index) => {
    const parent = !cloudRun && item.parent === 'front' ? 'http' : item.parent;
    const spanId = (index + 1).toString(16).padStart(16, side);
    const parentIndex = SHAPES.filter((other) => cloudRun || other.key !== 'front').findIndex(
      (other) => other.key === parent,
    );
    return {
      spanId,
      parentSpanId: parent === null ? null : (parentIndex + 1).toString(16).padStart(16, side),
      path: pathOf(item),
      service: item.service,
      name: item.name,
      kind: item.kind,
      depth: depthOf(item) - (!cloudRun && item.from > 0.1 ? 1 : 0),
      offsetMs: round(item.from * durationMs),
      durationMs: round((item.to - item.from) * durationMs),
      selfMs: round(item.selfMs[side] * (durationMs / 20)),
      shiftedMs: 0,
      frontEnd: item.key === 'front',
      orphan: false,
      cold: false,
      error: null,
      attributes: {
        'service.name': item.service,
        'cloud.platform': cloudRun ? 'gcp_cloud_run' : 'gcp_kubernetes_engine',
        'cloud.region': 'us-central1',
        ...(item.key === 'root'
          ? { 'shakesapp.query': 'to be, or not to be', 'shakesapp.expected_count': '1' }
          : {}),
        ...(item.key === 'search' ? { 'shakesapp.search.lines': '9012' } : {}),
      },
      events:
        item.key === 'client'
          ? [
              { name: 'server_call_start', offsetMs: round(0.2 * durationMs), attributes: {} },
              { name: 'server_call_end', offsetMs: round(0.915 * durationMs), attributes: {} },
            ]
          : [],
    } satisfies WaterfallSpan;
  });
  return {
    traceId,
    projectId: 'shakesapp-demo',
    startMs: Date.UTC(2026, 10, 20, 10, 15, 0) + seed * 1_000,
    durationMs,
    latencyMs: durationMs + 0.4,
    whole: true,
    cold: false,
    consoleUrl: `https://console.cloud.google.com/traces/explorer;traceId=${traceId}?project=shakesapp-demo`,
    spans,
  };
}

const cohort = (label: string, filter: string, median: number, stored: number) => ({
  label,
  filter,
  traces: 400,
  whole: 400,
  errors: 0,
  impossible: 0,
  impossibleDelay: 0,
  earlyStart: 0,
  wrongCounts: 0,
  cold: 4,
  orphaned: 0,
  skewed: 0,
  frontEndStored: stored,
  shed: 0,
  runs: 40,
  expectedRequests: 400,
  requestsPerRun: 10,
  rates: { whole: 1, error: 0, wrongCount: 0 },
  latency: {
    warm: {
      n: 396,
      p50Ms: quantile(median, 0.5),
      p90Ms: quantile(median, 0.9),
      p95Ms: quantile(median, 0.95),
      p99Ms: quantile(median, 0.99),
    },
    cold: {
      n: 4,
      p50Ms: quantile(median * 16, 0.5),
      p90Ms: quantile(median * 16, 0.9),
      p95Ms: quantile(median * 16, 0.95),
      p99Ms: quantile(median * 16, 0.99),
    },
  },
  startDelayP95Ms: 1.4,
});

/** `parts`: how fine the interval is; null: there is none. */
function tail(fraction: number, parts: number | null): Tail {
  const [a, b] = [quantile(23.6, fraction), quantile(11.4, fraction)];
  const bounds = (p50: number): Estimate =>
    parts === null
      ? { p50, low: null, high: null }
      : { p50, low: round(p50 * (1 - 1 / parts)), high: round(p50 * (1 + 1 / parts)) };
  const unknown = { p50: null, low: null, high: null };
  return {
    quantile: fraction,
    a: bounds(a),
    b: bounds(b),
    differenceMs: parts === null ? unknown : bounds(round(a - b)),
    ratio: parts === null ? unknown : bounds(round(a / b)),
    smallestDifference: parts === null ? null : { ratio: 1 + 1 / parts, ms: round(b / parts) },
    reason: parts === null ? '396 requests, and it needs 1000' : null,
  };
}

/** Ten requests in each minute. */
function costOfSample(): Comparison['cost'] {
  const requestsPerSecond = 0.17;
  return {
    side: 'a',
    requests: 400,
    first: '2026-11-20T10:00:00.000Z',
    last: '2026-11-20T10:39:01.000Z',
    requestsPerSecond,
    hops: SHAPES.map((item) => hop(item, 'warm')).flatMap(
      ({ path, stratum, a, b, differenceMs }) => {
        const { p50, low, high } =
          b === null ? { p50: a?.selfP50Ms ?? null, low: null, high: null } : differenceMs;
        const each = (ms: number | null) => (ms === null ? null : round(ms * requestsPerSecond));
        const waitingMsPerSecond = { p50: each(p50), low: each(low), high: each(high) };
        return [{ path, stratum, requestsPerSecond, waitingMsPerSecond }];
      },
    ),
  };
}

/** 400 requests on each platform in 40 runs: GKE faster by about 12 ms, all of it in the gaps. */
export function sampleComparison(overrides: Partial<Comparison> = {}): Comparison {
  const a = cohort('Cloud Run', 'cloud.platform=gcp_cloud_run', 23.6, 117);
  const b = cohort('GKE', 'cloud.platform=gcp_kubernetes_engine', 11.4, 0);
  const exemplars = {
    a: { median: waterfall('a', 23.6, 1), p95: waterfall('a', 38.2, 2) },
    b: { median: waterfall('b', 11.4, 1), p95: waterfall('b', 19.9, 2) },
  };
  return {
    version: 1,
    profile: 'shakesapp',
    source: {
      kind: 'cloud-trace',
      name: 'shakesapp-demo',
      local: false,
      since: '2026-11-20T10:00:00.000Z',
      until: '2026-11-20T10:40:00.000Z',
    },
    unmatched: [],
    choices: [],
    foldedNames: null,
    configuration: [
      { key: 'shakesapp.config.billing', a: 'instance', b: 'node' },
      { key: 'cloud.region', a: 'us-central1', b: 'us-central1-f' },
    ],
    cohorts: { a, b },
    requested: { first: '2026-11-20T10:00:00.000Z', last: '2026-11-20T10:39:01.000Z' },
    inBothCohorts: 0,
    stillArriving: 0,
    overall: {
      stratum: 'warm',
      measure: 'schedule-relative root latency',
      a: a.latency.warm,
      b: b.latency.warm,
      differenceMs: { p50: 12.1, low: 10.8, high: 13.4 },
      ratio: { p50: 2.06, low: 1.91, high: 2.22 },
      verdict: 'b-faster',
      paired: true,
      pairs: 392,
      runs: { a: 40, b: 40 },
      pValue: 0.00004,
      method:
        'per run the typical log ratio of its pairs, over 40 runs the trimmed mean with its t-test',
      reason: null,
      design: 'paired-runs',
      windows: null,
      smallestDifference: { ms: 1.1, ratio: 1.1 },
      descriptive: null,
      ecdf: { a: ecdf(23.6), b: ecdf(11.4) },
      quantileDifferences: differences(23.6, 11.4),
    },
    tails: [tail(0.5, 20), tail(0.95, 9), tail(0.99, null)],
    errorRates: {
      a: { p50: 0, low: 0, high: 0.0096 },
      b: { p50: 0, low: 0, high: 0.0096 },
      difference: { p50: 0, low: -0.0096, high: 0.0096 },
      smallestDifference: 0.0137,
      reason: null,
    },
    cost: costOfSample(),
    hops: [
      ...SHAPES.map((item) => hop(item, 'warm')),
      ...SHAPES.filter((item) => item.key !== 'front').map((item) => hop(item, 'cold')),
    ],
    exemplars,
    coldExemplars: {
      a: { median: { ...waterfall('a', 412.7, 3), cold: true }, p95: null },
      b: { median: null, p95: null },
    },
    recent: [1, 2, 3].flatMap((seed) =>
      (['a', 'b'] as const).map((side) => {
        const { traceId, startMs, consoleUrl, spans } = waterfall(side, 20, seed);
        return {
          traceId,
          cohort: side,
          startMs,
          latencyMs: side === 'a' ? 23.6 + seed : 11.4 + seed / 2,
          query: ['love', 'to be, or not to be', 'insolence'][seed % 3] ?? null,
          operation: 'loadgen:loadgen',
          spans: spans.length,
          requestsInTrace: 1,
          whole: true,
          cold: seed === 3,
          error: null,
          consoleUrl,
        };
      }),
    ),
    failures: [],
    hopsLeftOut: 0,
    deviations: [],
    reconciliation: null,
    exemplarsArePairs: { warm: true, cold: false },
    warnings: [
      {
        id: 'cold-starts-present',
        finding: '4 of 400 traces in Cloud Run and 4 of 400 in GKE met a cold start.',
        advice: 'They are a separate stratum below and enter no warm figure.',
      },
    ],
    methods: [
      'Primary verdict: log ratios of pairs, by run.',
      'Hop verdicts: self time or gap, adjusted by Holm.',
    ],
    ...overrides,
  };
}
