import { formatMs } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import { groupHops, type HopGroup } from '../cohorts/hop-groups.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import { contrast } from './contrast.ts';
import { type Design, type Sample, sampleOf } from './design.ts';
import { type Estimate, estimateOf, UNKNOWN } from './estimate.ts';
import { ALPHA, type Verdict, verdictOf } from './overall.ts';
import { PLAIN } from './scale.ts';
import { type Contrast, holm } from './statistics.ts';

/**
 * A hop whose difference moves the request by less than this share of its median latency is not
 * called faster or slower, however sure the difference is: with enough requests every two machines
 * differ in every hop.
 */
export const RELEVANT_SHARE = 0.02;

export type TestedHop = HopGroup &
  Readonly<{
    /** Self time or gap. */
    sample: Sample;
    contrast: Contrast;
    verdict: Verdict;
    pAdjusted: number | null;
    differenceMs: Estimate;
    /** What is left to each interval for simultaneous 95 % coverage. */
    alpha: number;
    remark: string | null;
    /** Differences up to this one get no verdict. */
    thresholdMs: number;
  }>;

/**
 * The verdicts on self time or gap, adjusted over all hops of both strata (Holm). `requestMs`: the
 * median request, of which a difference must be a notable share. Where the sides are not
 * `comparable`, no figure compares them. `alpha`: the most that an interval may have.
 */
export function testHops(
  cohorts: Sides<readonly RequestRecord[]>,
  options: { design: Design; requestMs: number; comparable: boolean; alpha?: number },
): readonly TestedHop[] {
  const hops = (['warm', 'cold'] as const).flatMap((stratum) =>
    groupHops(cohorts, stratum).map((group) => {
      const { a, b } = group.samples;
      const selfOf = (record: RequestRecord) => a.selfMsOf(record) ?? b.selfMsOf(record);
      const sample = sampleOf(options.design, selfOf);
      return { ...group, sample, contrast: contrast(sample, { a: PLAIN, b: PLAIN }) };
    }),
  );
  const thresholdMs = RELEVANT_SHARE * options.requestMs;
  const { comparable } = options;
  const tested = hops.filter((hop) => hop.contrast.test !== null);
  const adjusted = holm(tested.map((hop) => hop.contrast.test?.pValue(thresholdMs) ?? 1));
  const pAdjustedOf = new Map(tested.map((hop, index) => [hop, adjusted[index] ?? 1]));
  // A reader looks at all intervals at once (Bonferroni).
  const alpha = Math.min(options.alpha ?? ALPHA, ALPHA / Math.max(1, tested.length));
  return hops.map((hop) => {
    const pAdjusted = comparable ? (pAdjustedOf.get(hop) ?? null) : null;
    const verdict =
      pAdjusted === null ? 'not-enough-data' : verdictOf(pAdjusted, hop.contrast.estimate ?? 0);
    const differenceMs = comparable ? estimateOf(hop.contrast, alpha) : UNKNOWN;
    const remark = remarkOn(verdict, differenceMs, thresholdMs);
    return { ...hop, verdict, pAdjusted, differenceMs, alpha, remark, thresholdMs };
  });
}

/**
 * Verdict and interval rest on one test and still disagree in two cases: Holm's steps are finer than
 * intervals with simultaneous coverage, and a sure difference may be too small to matter.
 */
function remarkOn(verdict: Verdict, { low, high }: Estimate, thresholdMs: number): string | null {
  if (low === null || high === null || verdict === 'not-enough-data') return null;
  const reachesZero = low <= 0 && high >= 0;
  if (verdict === 'no-difference-seen') {
    if (reachesZero) return null;
    return `not shown to exceed ${formatMs(thresholdMs)} (${RELEVANT_SHARE * 100} % of the request), the least that gets a verdict`;
  }
  if (!reachesZero) return null;
  return "significant by Holm's steps, although the interval, which has simultaneous coverage, includes zero";
}
