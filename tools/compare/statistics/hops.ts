import type { Sides } from '../cohorts/cohort.ts';
import { contributionOf, type Nearby, nearbyRecords } from '../cohorts/critical-path.ts';
import { countsInHops } from '../cohorts/hop-groups.ts';
import type { HopSide } from '../cohorts/hop-side.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import { contrast } from './contrast.ts';
import { type Design, figuresOf } from './design.ts';
import { type Estimate, invert, UNKNOWN } from './estimate.ts';
import type { GapSplit, Hop, HopQuantiles } from './hop.ts';
import { type TestedHop, testHops } from './hop-verdicts.ts';
import {
  ascending,
  ecdfOf,
  medianOf,
  quantileDifferencesOf,
  quantilesAmong,
  quantilesOf,
} from './quantiles.ts';
import { PLAIN } from './scale.ts';
import { fasterMs, smallestMs } from './smallest-difference.ts';

/** The hop table: what was tested of each hop, with all that describes it. */
export function compareHops(
  cohorts: Sides<readonly RequestRecord[]>,
  options: { design: Design; requestMs: number; comparable: boolean; alpha?: number },
): readonly Hop[] {
  const warm = (records: readonly RequestRecord[]) =>
    nearbyRecords(records.filter((record) => countsInHops(record, 'warm')));
  const nearby = { a: warm(cohorts.a), b: warm(cohorts.b) };
  return testHops(cohorts, options)
    .map((hop) => describe(hop, nearby))
    .map((hop) => (options.comparable ? hop : { ...hop, ...NOTHING_COMPARED }));
}

const NOTHING_COMPARED = { ratio: UNKNOWN, quantileDifferences: [], smallestDifference: null };

function describe(hop: TestedHop, nearby: Sides<Nearby>): Hop {
  const { stratum, path, samples } = hop;
  const shapes = [...samples.a.shapes, ...samples.b.shapes];
  const [first] = shapes;
  const isGap = shapes.some(({ measure }) => measure === 'gap');
  const selfA = ascending(samples.a.figures('selfMs'));
  const selfB = ascending(samples.b.figures('selfMs'));
  return {
    path,
    service: first?.service ?? '',
    name: first?.name ?? '',
    depth: first?.depth ?? 0,
    stratum,
    measure: isGap ? 'gap' : 'self',
    maxSiblings: shapes.reduce((most, { siblings }) => Math.max(most, siblings), 0),
    maxDeeper: shapes.reduce((most, { deeper }) => Math.max(most, deeper), 0),
    a: hopQuantiles(samples.a, selfA),
    b: hopQuantiles(samples.b, selfB),
    tested: hop.contrast.values,
    differenceMs: hop.differenceMs,
    ratio: ratioOf(hop),
    verdict: hop.verdict,
    pAdjusted: hop.pAdjusted,
    remark: hop.remark,
    smallestDifference: smallestMs(hop.contrast, {
      alpha: hop.alpha,
      thresholdMs: hop.thresholdMs,
      ms: fasterMs(selfA, selfB),
    }),
    split: isGap ? { a: splitOf(samples.a), b: splitOf(samples.b) } : null,
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
  if (b.length === 0 || medianOf(b) <= 0) return UNKNOWN;
  return invert((ratio) => contrast(sample, { a: PLAIN, b: { ...PLAIN, factor: ratio } }), {
    neutral: 1,
    alpha,
    range: { least: 0 },
    step: 0.25,
  });
}

function hopQuantiles(side: HopSide, self: Float64Array): HopQuantiles | null {
  const inclusive = quantilesAmong(side.figures('inclusiveMs'));
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

function splitOf(side: HopSide): GapSplit | null {
  if (side.size === 0) return null;
  const { networkMs, platformMs } = side.splits();
  const p50 = (values: Float64Array) => (values.length === 0 ? null : medianOf(values));
  return {
    measured: networkMs.length,
    inferred: side.size - networkMs.length,
    networkP50Ms: p50(networkMs),
    platformP50Ms: p50(platformMs),
  };
}
