import { consoleUrl, type SourceDescription } from '../../traces/sources/source.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';

/** A line of the list of recent traces. */
export type RecentTrace = Readonly<{
  traceId: string;
  cohort: 'a' | 'b';
  startMs: number;
  /** Schedule-relative root latency; null where the root is missing. */
  latencyMs: number | null;
  query: string | null;
  spans: number;
  whole: boolean;
  cold: boolean;
  /** error.type, or null. */
  error: string | null;
  consoleUrl: string | null;
}>;

const MOST_RECENT = 50;

/** The newest requests of both cohorts, in one list. */
export function newestRequests(
  records: Sides<readonly RequestRecord[]>,
  { source, most = MOST_RECENT }: { source: SourceDescription; most?: number },
): readonly RecentTrace[] {
  return (['a', 'b'] as const)
    .flatMap((cohort) => records[cohort].map((record) => ({ cohort, record })))
    .sort(
      (one, other) =>
        other.record.startMs - one.record.startMs ||
        (one.record.traceId < other.record.traceId ? -1 : 1),
    )
    .slice(0, most)
    .map(({ cohort, record }) => ({
      traceId: record.traceId,
      cohort,
      startMs: record.startMs,
      latencyMs: record.latencyMs,
      query: record.query,
      spans: record.spans,
      whole: record.whole,
      cold: record.cold,
      error: record.error,
      consoleUrl: consoleUrl(source, record),
    }));
}
