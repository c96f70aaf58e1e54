import { counted, formatSignedMs } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Cost, HopCost } from '../result/cost.ts';
import { periodOf, rateText } from '../result/rate.ts';
import type { Hop } from '../statistics/hop.ts';
import { spanOfTime } from './wording.ts';

/** What a hop costs at the rate of requests, the same in every output. */

/** `at 50 requests/s: +105 ms of waiting each second (+80.0 ms to +130 ms)`. */
export function costText({ requestsPerSecond, waitingMsPerSecond }: HopCost): string {
  const { seconds, word } = periodOf(requestsPerSecond);
  const { p50, low, high } = waitingMsPerSecond;
  const each = (ms: number) => formatSignedMs(ms * seconds);
  const bounds = low === null || high === null ? '' : ` (${each(low)} to ${each(high)})`;
  return `at ${rateText(requestsPerSecond)}: ${each(p50 ?? 0)} of waiting each ${word}${bounds}`;
}

/** Of a hop that surely differs, or that one side lacks; null of any other. */
export function notableCostOf(cost: Cost | null, hop: Hop): HopCost | null {
  const isSure = hop.verdict === 'a-faster' || hop.verdict === 'b-faster';
  return isSure || hop.a === null || hop.b === null ? costOfHop(cost, hop) : null;
}

export const costOfHop = (cost: Cost | null, { path, stratum }: Hop): HopCost | null =>
  cost?.hops.find((one) => one.path === path && one.stratum === stratum) ?? null;

/** Nothing where there is no verdict: then no difference is told. */
export const costIn = ({ cost, overall }: Pick<Comparison, 'cost' | 'overall'>): Cost | null =>
  overall.verdict === 'not-enough-data' ? null : cost;

/** Which rate that is, and of which window. */
export function costLegend(cost: Cost | null, labels: Sides<string>): string | null {
  if (cost === null || cost.hops.length === 0) return null;
  const { side, requests, first, last, requestsPerSecond } = cost;
  const which = `${rateText(requestsPerSecond)}, as ${labels[side]} had them`;
  return `waiting: the difference times the rate of requests, ${which} (${counted(requests, 'request')} ${spanOfTime(first, last)}); + is what ${labels.a} costs beyond ${labels.b}.`;
}
