import { UsageError } from '../../cli/command-line.ts';
import type { Comparison } from '../result/comparison.ts';
import { type Estimate, UNKNOWN } from '../statistics/estimate.ts';
import type { Hop } from '../statistics/hop.ts';
import type { SmallestDifference } from '../statistics/smallest-difference.ts';
import type { Condition } from './condition.ts';

/** What a condition is about, a over b or a minus b. */
export type Figure = Readonly<{
  estimate: Estimate;
  smallest: Readonly<{ ratio: number | null; difference: number | null }> | null;
  /** Why it decides nothing, in a clause; null where it may. */
  reason: string | null;
}>;

/** Throws UsageError where a condition names a hop that no request has. */
export function figureOf(comparison: Comparison, condition: Condition): Figure {
  const { measure, unit } = condition;
  const { overall, tails, errorRates, unmatched } = comparison;
  const of = (figure: { ratio: Estimate; differenceMs: Estimate }): Estimate =>
    unit === '%' ? figure.ratio : figure.differenceMs;
  if (unmatched.length > 0) return undecided('one of the cohorts has no traces');
  if (condition.direction === 'above') return figureOfSide(comparison, condition);
  switch (measure.kind) {
    case 'request':
      return {
        estimate: of(overall),
        smallest: smallestOf(overall.smallestDifference),
        reason: overall.reason ?? overall.descriptive,
      };
    case 'tail': {
      const tail = tails.find(({ quantile }) => quantile === measure.quantile);
      if (tail === undefined) return undecided('no request counts');
      return {
        estimate: of(tail),
        smallest: smallestOf(tail.smallestDifference),
        reason: tail.reason ?? overall.descriptive,
      };
    }
    case 'hop':
      return figureOfHop(findHop(comparison, measure.name), unit, overall.descriptive);
    case 'error-rate': {
      const { difference, smallestDifference, reason } = errorRates;
      return {
        estimate: difference,
        smallest: { ratio: null, difference: smallestDifference },
        reason: reason ?? overall.descriptive,
      };
    }
  }
}

/**
 * Of one side alone. An excess over a limit is found in 80 % of the cases from about half of the interval
 * times 1.43, which is (1.96 + 0.84) / 1.96 of the normal distribution.
 */
function figureOfSide(comparison: Comparison, { measure, side }: Condition): Figure {
  const { tails, errorRates, overall } = comparison;
  const tail =
    measure.kind === 'tail'
      ? tails.find(({ quantile }) => quantile === measure.quantile)
      : undefined;
  const found = tail ?? errorRates;
  const estimate = found[side];
  const { p50, low, high } = estimate;
  if (p50 === null || low === null || high === null) {
    return { estimate, smallest: null, reason: found.reason ?? 'no request counts' };
  }
  // Before and after are not compared in their tails, and each side still has its own.
  const ofTail = overall.design === 'before-after' ? null : found.reason;
  const reason = errorRates.reason ?? ofTail;
  const difference = EXCESS_FOUND * Math.max(p50 - low, high - p50);
  return { estimate, smallest: { ratio: null, difference }, reason };
}

const EXCESS_FOUND = 1.43;

const undecided = (reason: string): Figure => ({ estimate: UNKNOWN, smallest: null, reason });

const smallestOf = (smallest: SmallestDifference | null) =>
  smallest && { ratio: smallest.ratio, difference: smallest.ms };

function figureOfHop(hop: Hop | string, unit: Condition['unit'], descriptive: string | null) {
  if (typeof hop === 'string') return undecided(hop);
  const { a, b, verdict, ratio, differenceMs, smallestDifference } = hop;
  const reason =
    a === null || b === null
      ? `only ${a === null ? 'b' : 'a'} has the hop`
      : verdict === 'not-enough-data'
        ? 'too few complete warm requests have the hop'
        : descriptive;
  return {
    estimate: unit === '%' ? ratio : differenceMs,
    smallest: smallestOf(smallestDifference),
    reason,
  };
}

const MOST_NAMED = 12;

/** The hop of warm requests, or why there is none that could be compared. */
function findHop({ hops }: Comparison, name: string): Hop | string {
  const warm = hops.filter(({ stratum }) => stratum === 'warm');
  if (warm.length === 0) return 'no complete warm request has hops';
  const named = warm.filter((hop) => hop.path === name || `${hop.service}:${hop.name}` === name);
  const [hop, ...others] = named;
  if (hop !== undefined && others.length === 0) return hop;
  if (hop === undefined) {
    const known = [...new Set(warm.map((one) => `${one.service}:${one.name}`))];
    const more = known.length > MOST_NAMED ? `, and ${known.length - MOST_NAMED} more` : '';
    throw new UsageError(
      `--fail-if names the hop ${JSON.stringify(name)}, which no warm request has; allowed: ${known.slice(0, MOST_NAMED).join(', ')}${more}`,
    );
  }
  throw new UsageError(
    `--fail-if names the hop ${JSON.stringify(name)}, which stands at ${named.length} places; name one by its path: ${named.map(({ path }) => path).join(', or ')}`,
  );
}
