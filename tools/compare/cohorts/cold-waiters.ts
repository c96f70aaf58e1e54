import { ATTR } from '../../../lib/telemetry/names.ts';
import type { Span, Trace } from '../../traces/model.ts';
import { normalise } from '../../traces/normalise.ts';
import { instanceOf, type RequestRecord, recordRequest } from './request-record.ts';

/**
 * A request is cold if it was the first of an instance, or waited for that first one. A trace by itself
 * shows the first only; this marks as cold the requests that were sent before an instance had served
 * its first one:
 *
 *     first    |--- sent ..... starting .....|=== served ===|     marked by its instance
 *     waiter       |--- sent ................ |=== served ===|    sent while it started
 *     waiter                                   |- sent -|======|  sent while it read the works
 *     warm                                                    |- sent -|==|
 *
 * They paid for the start as the first one did, and would spoil the warm quantiles. Until its first
 * answer, because that request also loads what the instance keeps, and others wait for it.
 *
 * `see` takes every trace there is: the first request may be of no cohort, a call from outside, or
 * incomplete yet, and others waited for it all the same.
 */
export function createColdWaiters() {
  const servingSinceMs = new Map<string, number>();
  return {
    see(trace: Trace): void {
      // Most traces hold no first request: they need not be put in order.
      if (!trace.spans.some(isFirst)) return;
      const { startMs, nodes } = normalise(trace);
      for (const node of nodes) {
        const instance = instanceOf(node);
        if (node.frontEnd || instance === null || !isFirst(node.span)) continue;
        const servedMs = startMs + node.endMs;
        servingSinceMs.set(instance, Math.min(servedMs, servingSinceMs.get(instance) ?? servedMs));
      }
    },
    mark: (records: readonly RequestRecord[]): readonly RequestRecord[] =>
      records.map((record) => {
        if (record.cold) return record;
        const waited = record.calls.some(
          ({ instance, sentMs }) => sentMs < (servingSinceMs.get(instance) ?? -Infinity),
        );
        return waited ? { ...record, cold: true } : record;
      }),
  };
}

const isFirst = ({ attributes }: Span) => attributes[ATTR.coldStart] === 'true';

/** The requests among these traces, marked: latency and cold mean the same in every count. */
export function recordRequests(traces: readonly Trace[]): readonly RequestRecord[] {
  const waiters = createColdWaiters();
  for (const trace of traces) waiters.see(trace);
  return waiters.mark(traces.map(recordRequest).filter((record) => record !== null));
}
