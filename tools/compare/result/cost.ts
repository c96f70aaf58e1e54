import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord, Stratum } from '../cohorts/request-record.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { Hop } from '../statistics/hop.ts';
import { rateOf } from './rate.ts';

/** What the differences amount to at the rate of requests that was seen. */
export type Cost = Readonly<{
  /** The side with more requests a second: the rate is its. */
  side: 'a' | 'b';
  requests: number;
  /** From the start of its first request to that of its last, as RFC 3339. */
  first: string;
  last: string;
  requestsPerSecond: number;
  hops: readonly HopCost[];
}>;

export type HopCost = Readonly<{
  path: string;
  stratum: Stratum;
  /** Of those requests, the ones that have the hop. */
  requestsPerSecond: number;
  /** Milliseconds of waiting in each second, a minus b: the typical difference times that rate. */
  waitingMsPerSecond: Estimate;
}>;

/** null where a rate cannot be seen: no two requests began at different times. */
export function costOf(
  records: Sides<readonly RequestRecord[]>,
  hops: readonly Hop[],
): Cost | null {
  const [a, b] = [rateOf(records.a), rateOf(records.b)];
  const side = (b?.requestsPerSecond ?? 0) > (a?.requestsPerSecond ?? 0) ? 'b' : 'a';
  const rate = side === 'a' ? a : b;
  if (rate === null) return null;
  return {
    side,
    ...rate,
    hops: hops.flatMap((hop): HopCost[] => {
      const waitingMs = waitingOf(hop, hops);
      const share = shareOf(hop, hops, side);
      if (waitingMs === null || share === null) return [];
      const requestsPerSecond = rate.requestsPerSecond * share;
      const times = (ms: number | null) => (ms === null ? null : ms * requestsPerSecond);
      const { p50, low, high } = waitingMs;
      const waitingMsPerSecond = { p50: times(p50), low: times(low), high: times(high) };
      const { path, stratum } = hop;
      return [{ path, stratum, requestsPerSecond, waitingMsPerSecond }];
    }),
  };
}

/**
 * Where only one side has the hop, all that it takes there is the difference. A side without any hop
 * has no complete trace: what it lacks is not known.
 */
function waitingOf(hop: Hop, hops: readonly Hop[]): Estimate | null {
  const { a, b, differenceMs, verdict, stratum } = hop;
  const hasAny = (side: 'a' | 'b') =>
    hops.some((one) => one.stratum === stratum && one[side] !== null);
  if (a === null || b === null) {
    if (!hasAny('a') || !hasAny('b')) return null;
    return { p50: (a?.selfP50Ms ?? 0) - (b?.selfP50Ms ?? 0), low: null, high: null };
  }
  return verdict === 'not-enough-data' || differenceMs.p50 === null ? null : differenceMs;
}

/** Of all requests that count in hops, those with this one; every request has its root. */
function shareOf(hop: Hop, hops: readonly Hop[], side: 'a' | 'b'): number | null {
  const own = hop[side] === null ? (side === 'a' ? 'b' : 'a') : side;
  const most = (stratum: Stratum) =>
    hops.reduce((n, one) => (one.stratum === stratum ? Math.max(n, one[own]?.n ?? 0) : n), 0);
  const all = most('warm') + most('cold');
  return all === 0 ? null : (hop[own]?.n ?? 0) / all;
}
