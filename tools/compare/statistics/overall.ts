import { isUnnamed } from '../cohorts/pairing.ts';
import type { RequestRecord, Stratum } from '../cohorts/request-record.ts';
import { contrast } from './contrast.ts';
import { type Design, type DesignName, figuresOf, type Sample, sampleOf } from './design.ts';
import { type Estimate, estimateOf, invert, UNKNOWN } from './estimate.ts';
import { methodText, reasonAgainst } from './overall-words.ts';
import {
  ascending,
  type EcdfPoint,
  ecdfOf,
  medianOf,
  type QuantileDifference,
  type Quantiles,
  quantileDifferencesOf,
  quantilesOf,
} from './quantiles.ts';
import { LOGARITHM, type Scale } from './scale.ts';
import { fasterMs, type SmallestDifference, smallestRatio } from './smallest-difference.ts';
import type { Contrast } from './statistics.ts';
import { aboutWindows, type WindowsUsed } from './windows/windows-used.ts';

export type Verdict = 'a-faster' | 'b-faster' | 'no-difference-seen' | 'not-enough-data';

/** The one primary verdict. */
export type Overall = Readonly<{
  stratum: 'warm';
  measure: 'schedule-relative root latency' | 'root latency';
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
  /** How the two sides are set against each other. */
  design: DesignName;
  /** Where runs are windows of the clock; else null. */
  windows: WindowsUsed | null;
  /** What as much data as this could have found; null where nothing is tested. */
  smallestDifference: SmallestDifference | null;
  /** Named in every output. */
  method: string;
  /** Why there is no verdict, in a sentence; null where there is one. */
  reason: string | null;
  /** The same, where figures and intervals stand and yet nothing may be called; else null. */
  descriptive: string | null;
  ecdf: Readonly<{ a: readonly EcdfPoint[]; b: readonly EcdfPoint[] }>;
  quantileDifferences: readonly QuantileDifference[];
}>;

export const ALPHA = 0.05;

/** Latency of a request that counts: of this stratum, without error, with its root. */
export function latencyIn(stratum: Stratum) {
  return (record: RequestRecord): number | null =>
    record.cold === (stratum === 'cold') && record.error === null ? record.latencyMs : null;
}

function latencies(records: readonly RequestRecord[], stratum: Stratum): Float64Array {
  return ascending(records.map(latencyIn(stratum)).filter((value) => value !== null));
}

/**
 * The difference in milliseconds that the test of the ratio would take for none: with so much added
 * to every request of the faster side, a typical run shows no ratio but 1.
 */
const shifted = (differenceMs: number): Scale => ({
  a: { ...LOGARITHM, addedMs: Math.max(0, -differenceMs) },
  b: { ...LOGARITHM, addedMs: Math.max(0, differenceMs) },
});

export type TestedOverall = Readonly<{
  sample: Sample;
  ratios: Contrast;
  /** The larger of both medians, of which a hop's difference must be a notable share. */
  requestMs: number;
  /** Requests that name no run: they count as one. */
  unnamed: number;
}>;

/** What the primary verdict rests on. */
export function testOverall(design: Design): TestedOverall {
  const latency = latencyIn('warm');
  const sample = sampleOf(design, (record) => {
    const ms = latency(record);
    return ms === null || ms <= 0 ? null : ms;
  });
  const { a, b } = figuresOf(sample);
  const requestMs = Math.max(0, ...[a, b].filter(({ length }) => length > 0).map(medianOf));
  const runs = design.paired ? [] : [...design.a, ...design.b];
  const unnamed = runs
    .filter(isUnnamed)
    .reduce((sum, { records }) => sum + records.filter((one) => latency(one) !== null).length, 0);
  return { sample, ratios: contrast(sample, { a: LOGARITHM, b: LOGARITHM }), requestMs, unnamed };
}

/**
 * The one primary verdict: warm, schedule-relative root latency of the requests that the design
 * sets against each other; ratio, milliseconds and p-value are one test's. `against`: why no figure
 * compares the two sides, or null. `alpha` is that of the intervals; a verdict has 5 %.
 */
export function compareOverall(
  { sample, ratios, requestMs, unnamed }: TestedOverall,
  against: string | null,
  alpha = ALPHA,
): Overall {
  const { paired, windowed } = sample;
  const figures = figuresOf(sample);
  const [a, b] = [ascending(figures.a), ascending(figures.b)];
  const comparable = against === null;
  const pValue = comparable ? (ratios.test?.pValue() ?? null) : null;
  const untested = ratios.untested ?? null;
  const reason = against ?? untested?.why ?? reasonAgainst(ratios, { sample, unnamed });
  return {
    stratum: 'warm',
    measure: 'schedule-relative root latency',
    a: quantilesOf(a),
    b: quantilesOf(b),
    differenceMs: comparable
      ? invert((differenceMs) => contrast(sample, shifted(differenceMs)), {
          neutral: 0,
          alpha,
          range: { least: null },
          step: requestMs / 50,
        })
      : UNKNOWN,
    ratio: comparable ? estimateOf(ratios, alpha, Math.exp) : UNKNOWN,
    verdict:
      reason === null && pValue !== null
        ? verdictOf(pValue, ratios.estimate ?? 0)
        : 'not-enough-data',
    paired,
    pairs: paired ? ratios.values.a : 0,
    runs: ratios.runs,
    pValue,
    design: windowed?.windows.kind ?? (paired ? 'paired-runs' : 'runs'),
    windows: windowed === undefined ? null : aboutWindows(windowed),
    smallestDifference: comparable ? smallestRatio(ratios, { alpha, ms: fasterMs(a, b) }) : null,
    method: methodText(ratios, sample),
    reason,
    descriptive: against === null ? (untested?.why ?? null) : null,
    ecdf: { a: ecdfOf(a), b: ecdfOf(b) },
    quantileDifferences: comparable ? quantileDifferencesOf(a, b) : [],
  };
}

/** `difference`: a minus b, or the logarithm of a over b. */
export function verdictOf(pValue: number, difference: number): Verdict {
  if (pValue >= ALPHA) return 'no-difference-seen';
  return difference < 0 ? 'a-faster' : 'b-faster';
}

/** A cohort's latencies, as its summary states them. */
export function latencyQuantiles(
  records: readonly RequestRecord[],
): Readonly<Record<Stratum, Quantiles | null>> {
  return {
    warm: quantilesOf(latencies(records, 'warm')),
    cold: quantilesOf(latencies(records, 'cold')),
  };
}
