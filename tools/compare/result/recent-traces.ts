import { consoleUrl, type SourceDescription } from '../../traces/sources/source.ts';
import { SIDES, type Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';

/** A line of the list of recent traces. */
export type RecentTrace = Readonly<{
  traceId: string;
  cohort: 'a' | 'b';
  startMs: number;
  /** Schedule-relative root latency; null where the root is missing. */
  latencyMs: number | null;
  query: string | null;
  /** The root's `service:name`, its name without ids. */
  operation: string;
  spans: number;
  /** How many requests share the trace id, this one included: as a rule 1. */
  requestsInTrace: number;
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
  const starts = Float64Array.from([...records.a, ...records.b], ({ startMs }) => startMs).sort();
  // Only these are laid out and sorted: there may be a hundred thousand.
  const oldestMs = starts.at(-most) ?? -Infinity;
  return SIDES.flatMap((cohort) =>
    records[cohort]
      .filter(({ startMs }) => startMs >= oldestMs)
      .map((record) => ({ cohort, record })),
  )
    .sort(
      (one, other) =>
        other.record.startMs - one.record.startMs ||
        (keyOf(one.record) < keyOf(other.record) ? -1 : 1),
    )
    .slice(0, most)
    .map(({ cohort, record }) => ({
      traceId: record.traceId,
      cohort,
      startMs: record.startMs,
      latencyMs: record.latencyMs,
      query: record.query,
      operation: record.operation,
      spans: record.spans,
      requestsInTrace: record.requestsInTrace,
      whole: record.whole,
      cold: record.cold,
      error: record.error,
      consoleUrl: consoleUrl(source, record),
    }));
}

/** Several requests may share a trace id. */
const keyOf = ({ traceId, rootSpanId }: RequestRecord): string => `${traceId} ${rootSpanId ?? ''}`;
