import type { HopSide } from './hop-side.ts';
import type { RequestRecord } from './request-record.ts';

/** What a hop adds to the critical path of the requests around the median and around p95. */
export type CriticalPath = Readonly<{
  medianMs: number;
  /** Fraction of the root's duration, 0 to 1. */
  medianShare: number;
  p95Ms: number;
  p95Share: number;
}>;

/** The requests that stand for the median one and for the one at p95. */
export type Nearby = Readonly<{ median: readonly RequestRecord[]; p95: readonly RequestRecord[] }>;

/** The tenth of the requests around the median and around p95 of their duration; at least five. */
export function nearbyRecords(records: readonly RequestRecord[]): Nearby {
  const ranked = records
    .filter(({ durationMs }) => durationMs !== null)
    .sort((one, other) => (one.durationMs ?? 0) - (other.durationMs ?? 0));
  const count = Math.min(ranked.length, Math.max(5, Math.round(ranked.length / 10)));
  const around = (fraction: number) => {
    const centre = Math.round(fraction * (ranked.length - 1));
    const from = Math.min(ranked.length - count, Math.max(0, centre - (count >> 1)));
    return ranked.slice(from, from + count);
  };
  return { median: around(0.5), p95: around(0.95) };
}

/** Mean owned time over the nearby requests; a request without the hop adds nothing. */
export function contributionOf(
  samples: Pick<HopSide, 'selfMsOf'>,
  { median: typical, p95: slow }: Nearby,
): CriticalPath | null {
  if (typical.length === 0) return null;
  const of = (records: readonly RequestRecord[]) => {
    const ownMs = records.reduce((sum, record) => sum + (samples.selfMsOf(record) ?? 0), 0);
    const totalMs = records.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
    return { ms: ownMs / records.length, share: totalMs === 0 ? 0 : ownMs / totalMs };
  };
  const [atMedian, atP95] = [of(typical), of(slow)];
  return {
    medianMs: atMedian.ms,
    medianShare: atMedian.share,
    p95Ms: atP95.ms,
    p95Share: atP95.share,
  };
}
