import type { NormalisedTrace } from '../../traces/normalise.ts';
import { type RequestRecord, recordRequest } from './request-record.ts';

/**
 * A request is cold if it was the first of an instance, or waited for that first one. A trace by
 * itself shows the first only; this marks as cold the requests that were sent before an instance had
 * served its first one:
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
 * incomplete yet, and others waited for it anyway.
 */
export function createColdWaiters() {
  const servingSinceMs = new Map<string, number>();
  return {
    see({ startMs, nodes }: NormalisedTrace): void {
      for (const node of nodes) {
        const { instance, coldStart } = node.facts;
        if (!coldStart || node.frontEnd || node.span.impossible !== undefined) continue;
        if (instance === null) continue;
        const servedMs = startMs + node.endMs;
        servingSinceMs.set(instance, Math.min(servedMs, servingSinceMs.get(instance) ?? servedMs));
      }
    },
    /** Whether the request was sent before an instance that it called had served its first one. */
    hasWaited: ({ calls }: Pick<RequestRecord, 'calls'>): boolean =>
      servingSinceMs.size > 0 &&
      calls.some(({ instance, sentMs }) => sentMs < (servingSinceMs.get(instance) ?? -Infinity)),
  };
}

/** The requests among these trees, marked: latency and cold mean the same in every count. */
export function recordRequests(trees: readonly NormalisedTrace[]): readonly RequestRecord[] {
  const waiters = createColdWaiters();
  for (const tree of trees) waiters.see(tree);
  return trees.flatMap((tree) => {
    const record = recordRequest(tree);
    if (record === null) return [];
    return record.cold || !waiters.hasWaited(record) ? [record] : [{ ...record, cold: true }];
  });
}
