import type { Comparison } from '../result/comparison.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { ALPHA } from '../statistics/overall.ts';
import type { Condition } from './condition.ts';
import { type Figure, figureOf } from './figure.ts';
import type { Gate, Judged, Outcome } from './gate.ts';

/**
 * For so many intervals that together err in at most 5 % (Bonferroni). A condition fails at one of its two
 * ends, so of each only half counts: two conditions need no more than one does.
 */
export const alphaFor = (conditions: number): number => Math.min(ALPHA, (2 * ALPHA) / conditions);

export type Asked = Readonly<{ conditions: readonly Condition[]; requireVerdict: boolean }>;

/**
 * Holds a comparison against conditions. A side fails only where the complete interval says so. Of
 * several conditions the intervals must be those of `alphaFor` their number.
 */
export function evaluateGate(comparison: Comparison, options: Asked): Gate {
  const conditions = options.conditions.map((condition) => judge(comparison, condition));
  const has = (outcome: Outcome) => conditions.some((one) => one.outcome === outcome);
  return {
    outcome: has('fails') ? 'fails' : has('undecided') ? 'undecided' : 'passes',
    requireVerdict: options.requireVerdict,
    confidence: 1 - alphaFor(conditions.length),
    conditions,
  };
}

/**
 * Along the axis of "how much worse", where the limit is a point:
 *
 *     ──────├──●──┤──────────│──────────────────  passes
 *     ───────────────├──●────│──┤───────────────  undecided
 *     ───────────────────────│────├──●──┤───────  fails
 *                          limit
 */
function judge(comparison: Comparison, condition: Condition): Judged {
  const { text, unit, limit } = condition;
  const figure = figureOf(comparison, condition);
  const { p50, low, high } = worseBy(figure, condition);
  const known = low !== null && high !== null && figure.reason === null;
  const hidden = hiddenFailures(comparison, condition);
  const decided =
    !known || (low <= limit && high > limit) ? 'undecided' : low > limit ? 'fails' : 'passes';
  const outcome = hidden !== null && decided === 'passes' ? 'undecided' : decided;
  return {
    condition: text,
    outcome,
    unit,
    limit,
    of: condition.direction === 'above' ? 'value' : 'difference',
    estimate: p50,
    interval: known ? { low: finite(low), high: finite(high) } : null,
    smallestDifference: figure.smallest === null ? null : smallestIn(figure.smallest, condition),
    reason:
      figure.reason ??
      (known ? null : 'the data gives no interval') ??
      (outcome === decided ? null : hidden),
  };
}

/** A sample may lack failures, so that its rate cannot let a condition pass. */
const hiddenFailures = ({ sample }: Comparison, { measure }: Condition): string | null =>
  measure.kind === 'error-rate' && sample?.failures === 'part'
    ? 'the rate is that of a sample, and not every failure outside of it was read'
    : null;

const inPerCent = ({ p50, low, high }: Estimate): Estimate => {
  const times = (rate: number | null) => (rate === null ? null : rate * 100);
  return { p50: times(p50), low: times(low), high: times(high) };
};

/** An interval of a ratio may have no end. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** From "a over b" or "a minus b" to how much worse the condition's side is than the other. */
function worseBy({ estimate }: Figure, { side, direction, unit }: Condition): Estimate {
  if (direction === 'above') return unit === '%' ? inPerCent(estimate) : estimate;
  const sign = (side === 'a' ? 1 : -1) * (direction === 'faster' ? -1 : 1);
  const along = (value: number | null): number | null => {
    if (value === null) return null;
    if (unit === 'ms') return sign * value;
    if (unit === 'points') return sign * value * 100;
    const timesAsLong = side === 'a' ? value : 1 / value;
    return (direction === 'faster' ? 1 - timesAsLong : timesAsLong - 1) * 100;
  };
  const ends = [along(estimate.low), along(estimate.high)];
  const [one = null, other = null] = ends;
  if (one === null || other === null) return { p50: along(estimate.p50), low: null, high: null };
  return { p50: along(estimate.p50), low: Math.min(one, other), high: Math.max(one, other) };
}

function smallestIn(
  { ratio, difference }: NonNullable<Figure['smallest']>,
  { direction, unit }: Condition,
): number | null {
  if (unit === 'ms') return difference;
  if (unit === 'points' || direction === 'above')
    return difference === null ? null : difference * 100;
  if (ratio === null) return null;
  // As far from 1 on the logarithm, upward or downward.
  const upward = Math.exp(Math.abs(Math.log(ratio)));
  return (direction === 'faster' ? 1 - 1 / upward : upward - 1) * 100;
}
