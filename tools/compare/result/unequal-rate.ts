import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import type { CohortSummary } from './cohort-summary.ts';
import { rateOf, rateText } from './rate.ts';

/** Latency depends on load: from how many times the requests a second on it may explain a difference. */
const NOTABLE_RATIO = 1.5;
/** Standard errors of a logarithm: fewer requests than it takes say little about a rate. */
const BEYOND_CHANCE = 3;

/** Of traffic that no schedule makes; null where both sides have about as many requests a second. */
export function unequalRate({
  cohorts,
  records,
}: Readonly<{
  cohorts: Sides<CohortSummary>;
  records: Sides<readonly RequestRecord[]>;
}>): string | null {
  const [a, b] = [rateOf(records.a), rateOf(records.b)];
  if (a === null || b === null) return null;
  const perSecond = (side: 'a' | 'b', rate: NonNullable<typeof a>) => {
    const estimated = cohorts[side].estimatedRequests?.estimate ?? rate.requests;
    return (rate.requestsPerSecond * estimated) / rate.requests;
  };
  const rates = { a: perSecond('a', a), b: perSecond('b', b) };
  const ratio = Math.max(rates.a, rates.b) / Math.min(rates.a, rates.b);
  const chance = BEYOND_CHANCE * Math.sqrt(1 / a.requests + 1 / b.requests);
  if (ratio <= NOTABLE_RATIO || Math.log(ratio) <= chance) return null;
  return `${rateText(rates.a)} in ${cohorts.a.label}, ${rateText(rates.b)} in ${cohorts.b.label}, from the first request of each to its last; a ratio above ${NOTABLE_RATIO} counts as different load`;
}
