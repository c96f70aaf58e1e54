import type { Sides } from '../cohorts/cohort.ts';
import { contributionOf, type Nearby, nearbyRecords } from '../cohorts/critical-path.ts';
import { countsInHops } from '../cohorts/hop-groups.ts';
import type { HopSample } from '../cohorts/hop-samples.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import { contrast } from './contrast.ts';
import { type Design, figuresOf } from './design.ts';
import { type Estimate, invert, UNKNOWN } from './estimate.ts';
import type { GapSplit, Hop, HopQuantiles } from './hop.ts';
import { type TestedHop, testHops } from './hop-verdicts.ts';
import { ascending, ecdfOf, medianOf, quantileDifferencesOf, quantilesOf } from './quantiles.ts';

/** The hop table: what was tested of each hop, with all that describes it. */
export function compareHops(
  cohorts: Sides<readonly RequestRecord[]>,
  options: { design: Design; requestMs: number; comparable: boolean },
): readonly Hop[] {
  const warm = (records: readonly RequestRecord[]) =>
    nearbyRecords(records.filter((record) => countsInHops(record, 'warm')));
  const nearby = { a: warm(cohorts.a), b: warm(cohorts.b) };
  return testHops(cohorts, options)
    .map((hop) => describe(hop, nearby))
    .map((hop) => (options.comparable ? hop : { ...hop, ratio: UNKNOWN, quantileDifferences: [] }));
}

function describe(hop: TestedHop, nearby: Sides<Nearby>): Hop {
  const { stratum, path, samples } = hop;
  const a = [...samples.a.values()];
  const b = [...samples.b.values()];
  const all = [...a, ...b];
  const [first] = all;
  const isGap = all.some(({ measure }) => measure === 'gap');
  const selfA = ascending(a.map(({ selfMs }) => selfMs));
  const selfB = ascending(b.map(({ selfMs }) => selfMs));
  return {
    path,
    service: first?.service ?? '',
    name: first?.name ?? '',
    depth: first?.depth ?? 0,
    stratum,
    measure: isGap ? 'gap' : 'self',
    maxSiblings: all.reduce((most, { siblings }) => Math.max(most, siblings), 0),
    maxDeeper: all.reduce((most, { deeper }) => Math.max(most, deeper), 0),
    a: hopQuantiles(a, selfA),
    b: hopQuantiles(b, selfB),
    tested: hop.contrast.values,
    differenceMs: hop.differenceMs,
    ratio: ratioOf(hop),
    verdict: hop.verdict,
    pAdjusted: hop.pAdjusted,
    remark: hop.remark,
    split: isGap ? { a: splitOf(a), b: splitOf(b) } : null,
    criticalPath: {
      a: stratum === 'warm' ? contributionOf(samples.a, nearby.a) : null,
      b: stratum === 'warm' ? contributionOf(samples.b, nearby.b) : null,
    },
    ecdf: { a: ecdfOf(selfA), b: ecdfOf(selfB) },
    quantileDifferences: quantileDifferencesOf(selfA, selfB),
  };
}

/**
 * The ratio at which the test of the difference sees none between a and that many times b: Fieller's
 * interval, on the test in use. Of times, so never below zero.
 */
function ratioOf({ sample, alpha }: TestedHop): Estimate {
  const { b } = figuresOf(sample);
  if ((quantilesOf(ascending(b))?.p50Ms ?? 0) <= 0) return UNKNOWN;
  return invert((ratio) => contrast(sample, { a: (ms) => ms, b: (ms) => ratio * ms }), {
    neutral: 1,
    alpha,
    range: { least: 0 },
    step: 0.25,
  });
}

function hopQuantiles(samples: readonly HopSample[], self: readonly number[]): HopQuantiles | null {
  const inclusive = quantilesOf(ascending(samples.map(({ inclusiveMs }) => inclusiveMs)));
  const own = quantilesOf(self);
  if (inclusive === null || own === null) return null;
  return {
    ...inclusive,
    selfP50Ms: own.p50Ms,
    selfP90Ms: own.p90Ms,
    selfP95Ms: own.p95Ms,
    selfP99Ms: own.p99Ms,
  };
}

function splitOf(samples: readonly HopSample[]): GapSplit | null {
  if (samples.length === 0) return null;
  const measured = samples.map(({ split }) => split).filter((split) => split !== null);
  const p50 = (values: readonly number[]) => (values.length === 0 ? null : medianOf(values));
  return {
    measured: measured.length,
    inferred: samples.length - measured.length,
    networkP50Ms: p50(measured.map(({ networkMs }) => networkMs)),
    platformP50Ms: p50(measured.map(({ platformMs }) => platformMs)),
  };
}
