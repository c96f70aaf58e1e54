import type { Trace } from './model.ts';
import { type RequestRecord, recordRequest } from './request-record.ts';

/**
 * A request is cold that was the first of an instance or waited for such a one. A trace by itself
 * tells the first only; this marks as cold the requests that were sent before an instance had served its first one:
 *
 *     first    |--- sent ..... starting .....|=== served ===|     marked by its instance
 *     waiter       |--- sent ................ |=== served ===|    sent while it started
 *     waiter                                   |- sent -|======|  sent while it read the works
 *     warm                                                    |- sent -|==|
 *
 * They paid for the start as the first one did, and would spoil the warm quantiles. Until its first
 * answer, because that request also loads what the instance keeps, and others wait for it.
 */
export function markWaiters(records: readonly RequestRecord[]): readonly RequestRecord[] {
  const servingSinceMs = new Map<string, number>();
  for (const { calls } of records) {
    for (const { instance, servedMs, first } of calls) {
      if (!first) continue;
      servingSinceMs.set(instance, Math.min(servedMs, servingSinceMs.get(instance) ?? servedMs));
    }
  }
  return records.map((record) => {
    if (record.cold) return record;
    const waited = record.calls.some(
      ({ instance, sentMs }) => sentMs < (servingSinceMs.get(instance) ?? Number.NEGATIVE_INFINITY),
    );
    return waited ? { ...record, cold: true } : record;
  });
}

/** The cold requests among these traces: of the same meaning in every count. */
export function coldTraceIds(traces: readonly Trace[]): ReadonlySet<string> {
  const records = traces.map(recordRequest).filter((record) => record !== null);
  const cold = markWaiters(records).filter((record) => record.cold);
  return new Set(cold.map(({ traceId }) => traceId));
}
