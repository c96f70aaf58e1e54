/**
 * Two cohorts that differ in every figure, with the expected values worked out by hand: a side taken
 * for the other, a sign turned round or a rank off by one shows up here.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR, UNEXPECTED_RESULT } from '../../../../lib/telemetry/names.ts';
import { CLOUD_RUN, GKE } from '../../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../../tools/compare/compare.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { requestTrace, without, withSpanChanged } from '../../traces/request-trace.ts';

const compare = (traces: readonly Trace[]) =>
  compareTraces(traces, { cohorts: { a: CLOUD_RUN, b: GKE }, name: 'test', local: true });

/** Rounded to microseconds: spans lie on a grid of 2^-12 ms. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'number' ? Number(part.toFixed(2)) : part,
  );
}

/** What a request takes apart from its search. */
const REST_MS = 6.75;

type Defects = Readonly<{
  cold: readonly number[];
  failed: readonly number[];
  wrong: readonly number[];
  orphaned: readonly number[];
  skewed: readonly number[];
  frontEnd: readonly number[];
}>;

/** Requests `[run, sequence]` that take `tookMs` and start `lateMs` late, counted from 0. */
function cohortOf(
  platform: 'gcp_cloud_run' | 'gcp_kubernetes_engine',
  requests: readonly (readonly [number, number])[],
  of: { tookMs: (index: number) => number; lateMs: (index: number) => number; defects: Defects },
): Trace[] {
  const { defects } = of;
  return requests.map(([run, sequence], index) => {
    const has = (defect: keyof Defects) => defects[defect].includes(index);
    const error = has('wrong') ? UNEXPECTED_RESULT : 'unavailable';
    const trace = requestTrace({
      platform,
      run,
      sequence,
      cold: has('cold'),
      frontEnd: has('frontEnd') ? 'stored' : 'none',
      startDelayMs: of.lateMs(index),
      parts: { search: of.tookMs(index) - REST_MS },
      ...(has('failed') && { rootAttributes: { [ATTR.errorType]: error } }),
    });
    if (has('orphaned')) return without(trace, 5);
    if (!has('skewed')) return trace;
    const server = ({ attributes }: Trace['spans'][0]) => attributes['service.name'] === 'server';
    const back = trace.spans.map((span) =>
      server(span) ? { ...span, startMs: span.startMs - 500, endMs: span.endMs - 500 } : span,
    );
    return { ...trace, spans: back };
  });
}

test('every figure of both cohorts', () => {
  // Run 2 of Cloud Run ends with sequence 5: two of its six requests have no trace.
  const ofA = cohortOf(
    'gcp_cloud_run',
    [
      ...[0, 1, 2, 3].map((sequence) => [0, sequence] as const),
      ...[0, 1, 2, 3].map((sequence) => [1, sequence] as const),
      ...[0, 1, 2, 5].map((sequence) => [2, sequence] as const),
    ],
    {
      // With the late start 100, 110 .. 210 ms.
      tookMs: (index) => 100 + 9 * index,
      lateMs: (index) => index,
      defects: {
        cold: [0, 1, 2],
        failed: [3, 4],
        wrong: [4],
        orphaned: [5],
        skewed: [6],
        frontEnd: [0, 3, 7, 8, 9],
      },
    },
  );
  const ofB = cohortOf(
    'gcp_kubernetes_engine',
    [
      ...[0, 1, 2].map((sequence) => [0, sequence] as const),
      ...[0, 1, 2, 3, 4, 5, 6].map((sequence) => [1, sequence] as const),
    ],
    {
      // With the late start 40, 41 .. 49 ms.
      tookMs: () => 20,
      lateMs: (index) => 20 + index,
      defects: {
        cold: [0],
        failed: [1, 2, 3],
        wrong: [2, 3],
        orphaned: [4, 5],
        skewed: [6, 7],
        frontEnd: [8, 9, 1, 2],
      },
    },
  );
  const { cohorts, warnings } = compare([...ofA, ...ofB]);
  assert.deepEqual(rounded(cohorts), {
    a: {
      label: 'Cloud Run',
      filter: 'cloud.platform=gcp_cloud_run',
      traces: 12,
      whole: 11,
      errors: 2,
      impossible: 0,
      impossibleDelay: 0,
      earlyStart: 0,
      wrongCounts: 1,
      cold: 3,
      orphaned: 1,
      skewed: 1,
      frontEndStored: 5,
      shed: 0,
      runs: 3,
      expectedRequests: 14,
      requestsPerRun: 4,
      rates: { whole: 0.92, error: 0.17, wrongCount: 0.08 },
      latency: {
        // 150 to 210 by tens, and 100, 110, 120: quantiles lie on the line between two values.
        warm: { n: 7, p50Ms: 180, p90Ms: 204, p95Ms: 207, p99Ms: 209.4 },
        cold: { n: 3, p50Ms: 110, p90Ms: 118, p95Ms: 119, p99Ms: 119.8 },
      },
      startDelayP95Ms: 10.45,
    },
    b: {
      label: 'GKE',
      filter: 'cloud.platform=gcp_kubernetes_engine',
      traces: 10,
      whole: 8,
      errors: 3,
      impossible: 0,
      impossibleDelay: 0,
      earlyStart: 0,
      wrongCounts: 2,
      cold: 1,
      orphaned: 2,
      skewed: 2,
      frontEndStored: 4,
      shed: 0,
      runs: 2,
      expectedRequests: 10,
      requestsPerRun: 5,
      rates: { whole: 0.8, error: 0.3, wrongCount: 0.2 },
      latency: {
        // 44 to 49.
        warm: { n: 6, p50Ms: 46.5, p90Ms: 48.5, p95Ms: 48.75, p99Ms: 48.95 },
        cold: { n: 1, p50Ms: 40, p90Ms: 40, p95Ms: 40, p99Ms: 40 },
      },
      startDelayP95Ms: 28.55,
    },
  });
  assert.equal(warnings.find(({ id }) => id === 'wrong-counts')?.finding.slice(0, 7), '1 of 12');
});

const NONE: Defects = { cold: [], failed: [], wrong: [], orphaned: [], skewed: [], frontEnd: [] };
const at = (tookMs: readonly number[]) => ({
  tookMs: (index: number) => tookMs[index] ?? 0,
  lateMs: () => 0,
  defects: NONE,
});

/** Cloud Run's requests of 20 and 160 ms, GKE's of 10 and 20, in runs of three and of two. */
const PAIRED: readonly (readonly [number, number])[] = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
];
const A = cohortOf('gcp_cloud_run', PAIRED, at([20, 20, 20, 160, 160]));
const B = cohortOf('gcp_kubernetes_engine', PAIRED, at([10, 10, 10, 20, 20]));

const OVERALL = {
  stratum: 'warm',
  measure: 'schedule-relative root latency',
  a: { n: 5, p50Ms: 20, p90Ms: 160, p95Ms: 160, p99Ms: 160 },
  b: { n: 5, p50Ms: 10, p90Ms: 20, p95Ms: 20, p99Ms: 20 },
  // (10 + d)(20 + d) = 20 * 160: where the logarithms of both runs cancel out.
  differenceMs: { p50: 41.79, low: null, high: null },
  // The square root of 2 * 8.
  ratio: { p50: 4, low: null, high: null },
  verdict: 'not-enough-data',
  paired: true,
  pairs: 5,
  runs: { a: 2, b: 2 },
  pValue: null,
  design: 'paired-runs',
  windows: null,
  smallestDifference: null,
  descriptive: null,
  ecdf: {
    a: [
      [20, 0.2],
      [20, 0.4],
      [20, 0.6],
      [160, 0.8],
      [160, 1],
    ],
    b: [
      [10, 0.2],
      [10, 0.4],
      [10, 0.6],
      [20, 0.8],
      [20, 1],
    ],
  },
  quantileDifferences: [
    [0.1, 10],
    [0.2, 10],
    [0.3, 10],
    [0.4, 10],
    [0.5, 10],
    // Four and eight tenths of the way from the third value to the fourth.
    [0.6, 62],
    [0.7, 114],
    [0.8, 140],
    [0.9, 140],
    [0.95, 140],
  ],
};

test('every figure of the primary comparison, paired', () => {
  const { method, reason, ...overall } = compare([...A, ...B]).overall;
  assert.deepEqual(rounded(overall), OVERALL);
  assert.match(method, /over 2 runs the trimmed mean .*Tukey/);
  assert.match(reason ?? '', /^2 runs with pairs of warm requests/);
});

test('requests without a partner change no figure of a paired comparison, and are counted', () => {
  // A third run of either, at other minutes, which would turn every quantile round.
  const alone = [
    ...cohortOf('gcp_cloud_run', [[3, 0]], at([7])),
    ...cohortOf('gcp_kubernetes_engine', [[4, 0]], at([900])),
  ];
  const comparison = compare([...A, ...B, ...alone]);
  const { method, reason, ...overall } = comparison.overall;
  assert.deepEqual(rounded(overall), OVERALL);
  assert.equal(comparison.cohorts.a.latency.warm?.n, 6);
  assert.equal(comparison.cohorts.b.latency.warm?.p99Ms.toFixed(0), '856');
});

test('every figure of the primary comparison, unpaired', () => {
  const other = cohortOf(
    'gcp_kubernetes_engine',
    PAIRED.map(([run, sequence]) => [run + 7, sequence] as const),
    at([10, 10, 10, 20, 20]),
  );
  const { method, reason, ...overall } = compare([...A, ...other]).overall;
  assert.deepEqual(rounded(overall), { ...OVERALL, paired: false, pairs: 0, design: 'runs' });
  assert.match(method, /over 2 and 2 runs the trimmed means .*Yuen/);
  assert.match(reason ?? '', /^2 runs with warm requests/);
});

test('the sides change places, and every sign with them', () => {
  const [a, b] = [
    cohortOf('gcp_cloud_run', PAIRED, at([10, 10, 10, 20, 20])),
    cohortOf('gcp_kubernetes_engine', PAIRED, at([20, 20, 20, 160, 160])),
  ];
  const { overall } = compare([...a, ...b]);
  assert.equal(overall.differenceMs.p50?.toFixed(2), '-41.79');
  assert.equal(overall.ratio.p50?.toFixed(2), '0.25');
  assert.equal(overall.quantileDifferences.at(-1)?.[1].toFixed(0), '-140');
});

test('every figure of a hop', () => {
  const a = PAIRED.map(([run, sequence]) =>
    requestTrace({
      platform: 'gcp_cloud_run',
      run,
      sequence,
      frontEnd: sequence === 0 ? 'stored' : 'not-stored',
      parts: { httpGap: run === 0 ? 4 : 8 },
    }),
  );
  const b = PAIRED.slice(0, 4).map(([run, sequence]) =>
    requestTrace({
      platform: 'gcp_kubernetes_engine',
      run,
      sequence,
      parts: { httpGap: run === 0 ? 1 : 3 },
    }),
  );
  const hop = compare([...a, ...b]).hops.find(({ depth }) => depth === 1);
  assert.ok(hop);
  const { ecdf, quantileDifferences, ...figures } = hop;
  // Below the gap lie 8.25 ms and around it half a millisecond.
  assert.deepEqual(rounded(figures), {
    path: 'loadgen:loadgen > loadgen:GET',
    service: 'loadgen',
    name: 'GET',
    depth: 1,
    stratum: 'warm',
    measure: 'gap',
    maxSiblings: 1,
    maxDeeper: 0,
    a: {
      n: 5,
      p50Ms: 12.25,
      p90Ms: 16.25,
      p95Ms: 16.25,
      p99Ms: 16.25,
      selfP50Ms: 4,
      selfP90Ms: 8,
      selfP95Ms: 8,
      selfP99Ms: 8,
    },
    b: {
      n: 4,
      p50Ms: 9.25,
      p90Ms: 10.65,
      p95Ms: 10.95,
      p99Ms: 11.19,
      selfP50Ms: 1,
      selfP90Ms: 2.4,
      selfP95Ms: 2.7,
      selfP99Ms: 2.94,
    },
    tested: { a: 4, b: 4 },
    // Runs of 3 and of 5 ms more.
    differenceMs: { p50: 4, low: null, high: null },
    // 4 - r and 8 - 3r add up to nothing.
    ratio: { p50: 3, low: null, high: null },
    verdict: 'not-enough-data',
    pAdjusted: null,
    remark: null,
    smallestDifference: null,
    split: {
      // Of the gaps of 4 and of 8 ms the front ends' spans take a quarter.
      a: { measured: 2, inferred: 3, networkP50Ms: 4.5, platformP50Ms: 1.5 },
      b: { measured: 0, inferred: 4, networkP50Ms: null, platformP50Ms: null },
    },
    criticalPath: {
      // All requests are near: 28 of 71.75 ms, and 6 of 41.
      a: { medianMs: 5.6, medianShare: 0.39, p95Ms: 5.6, p95Share: 0.39 },
      b: { medianMs: 1.5, medianShare: 0.15, p95Ms: 1.5, p95Share: 0.15 },
    },
  });
  assert.deepEqual(rounded(ecdf.b), [
    [1, 0.25],
    [1, 0.5],
    [1, 0.75],
    [3, 1],
  ]);
  assert.deepEqual(rounded(quantileDifferences.slice(4, 8)), [
    [0.5, 3],
    [0.6, 4.6],
    [0.7, 6],
    [0.8, 6.2],
  ]);
});

test('a request whose root ended after a stop of its process has no latency', () => {
  const [first, ...rest] = A;
  assert.ok(first?.spans[0]);
  const stopped = withSpanChanged(first, 1, {
    attributes: { ...first.spans[0].attributes, [ATTR.endedAfterStop]: 'true' },
  });
  const { cohorts, overall } = compare([stopped, ...rest, ...B]);
  assert.equal(cohorts.a.latency.warm?.n, 4);
  assert.equal(overall.pairs, 4);
});

/** Two cohorts of 8 runs of 6 requests; of each run that is named here every third was shed. */
function withShed(shedIn: readonly number[], shedInB: readonly number[] = []): readonly Trace[] {
  const runs = Array.from({ length: 8 }, (_, run) => run);
  const sequences = [0, 1, 2, 3, 4, 5];
  return (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).flatMap((platform) =>
    runs.flatMap((run) => {
      const sheds = (platform === 'gcp_cloud_run' ? shedIn : shedInB).includes(run);
      return sequences
        .filter((sequence) => !sheds || sequence % 3 !== 1)
        .map((sequence) => {
          const shed = Math.floor((sequence + 1) / 3);
          const rootAttributes = {
            ...(sheds && shed > 0 && { [ATTR.shedSoFar]: String(shed) }),
            ...(sheds && { [ATTR.keptProbability]: '0.5' }),
            ...(run === 0 && sequence === 0 && { [ATTR.errorType]: 'unavailable' }),
          };
          return requestTrace({ platform, run, sequence, cold: false, rootAttributes });
        });
    }),
  );
}

test('there is no verdict where one side shed requests, and the sentence says how many', () => {
  const { overall, hops, cohorts, warnings } = compare(withShed([0, 3]));
  assert.deepEqual([cohorts.a.shed, cohorts.b.shed], [4, 0]);
  assert.equal(overall.verdict, 'not-enough-data');
  assert.equal(
    overall.reason,
    'at least 4 requests were shed in Cloud Run, 0 in GKE under pressure of the trace backend: the remaining traces are not a fair sample',
  );
  assert.deepEqual(
    [overall.ratio.p50, overall.differenceMs.p50, overall.pValue],
    [null, null, null],
  );
  for (const { verdict } of hops) assert.equal(verdict, 'not-enough-data');
  assert.deepEqual(
    warnings.map(({ id }) => id),
    ['shed', 'errors'],
  );
});

test('without a shed request the same runs have a verdict', () => {
  assert.equal(compare(withShed([])).overall.verdict, 'no-difference-seen');
});

test('a request that was kept with a probability of a half counts twice in the rate of errors', () => {
  // 44 traces, of which 4 stand for two requests each; one of these has failed.
  const { a, b } = compare(withShed([0])).cohorts;
  assert.equal(a.errors, 1);
  assert.equal(a.rates.error, 2 / (42 + 4 * 2));
  assert.equal(b.rates.error, 1 / 48);
});

test('where both sides shed, the sentence has the counts of both', () => {
  const { reason } = compare(withShed([0], [0, 1, 2])).overall;
  assert.match(
    reason ?? '',
    /^at least 2 requests were shed in Cloud Run, at least 6 in GKE under/,
  );
});
