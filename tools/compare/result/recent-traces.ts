import { consoleUrl } from '../../traces/sources/source.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import type { RecentTrace, Sides, SourceDescription } from './comparison.ts';

const MOST_RECENT = 50;

/** The newest requests of both cohorts, in one list. */
export function recentTraces(
  records: Sides<readonly RequestRecord[]>,
  source: SourceDescription,
): readonly RecentTrace[] {
  return (['a', 'b'] as const)
    .flatMap((cohort) => records[cohort].map((record) => ({ cohort, record })))
    .sort(
      (one, other) =>
        other.record.startMs - one.record.startMs ||
        (one.record.traceId < other.record.traceId ? -1 : 1),
    )
    .slice(0, MOST_RECENT)
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
