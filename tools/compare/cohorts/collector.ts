import { isFresh } from '../../traces/completeness.ts';
import { createDeviationTally, type Deviation } from '../../traces/deviation.ts';
import type { Trace } from '../../traces/model.ts';
import { deviationsOf, type NormalisedTrace, requestsOf } from '../../traces/normalise.ts';
import { type Cohort, matchesCohort, type Sides } from './cohort.ts';
import { createColdWaiters } from './cold-waiters.ts';
import { type ConfigurationDifference, createConfigurationTally } from './configuration.ts';
import { createHopPacker } from './packed-hops.ts';
import { type RequestRecord, recordRequest } from './request-record.ts';
import { createFilterTally } from './unmatched.ts';

const SIDES = ['a', 'b'] as const;

/** What is left of the traces once all are read. */
export type Collection = Readonly<{
  cohorts: Sides<Cohort>;
  records: Sides<readonly RequestRecord[]>;
  /** Whether its run has ended, so that its number of requests is known. */
  hasEnded: (record: RequestRecord) => boolean;
  inBothCohorts: number;
  stillArriving: number;
  /** Why no trace matches a cohort's filter, in a sentence for each. */
  unmatched: readonly string[];
  configuration: readonly ConfigurationDifference[];
  /** Every sampler that some span states. */
  samplers: readonly string[];
  /** What deviates in the trees of these traces. */
  deviations: readonly Deviation[];
}>;

/** Takes traces one at a time and keeps of each request only its record. */
export function createCollector(cohorts: Sides<Cohort>) {
  const collected: Sides<RequestRecord[]> = { a: [], b: [] };
  const filters = createFilterTally(cohorts);
  const configuration = createConfigurationTally();
  const deviations = createDeviationTally();
  const seen = createSeen();
  const packHops = createHopPacker();
  const arriving = new Set<string>();
  const unfinishedMinutes = new Set<string>();
  const waiters = createColdWaiters();
  let inBothCohorts = 0;

  /** `fresh`: more of it may come. */
  function addRequest(tree: NormalisedTrace, fresh: boolean): void {
    const rootSpanId = tree.root?.span.spanId ?? '';
    if (seen.has(tree.traceId, rootSpanId)) return;
    const key = `${tree.traceId} ${rootSpanId}`;
    const matching = SIDES.filter((side) => matchesCohort(tree, cohorts[side]));
    filters.see(tree, matching);
    const [side] = matching;
    const record = side === undefined ? null : recordRequest(tree, packHops);
    if (fresh && record !== null) {
      // The run may still go on, so its number of requests is not known, nor its partner's.
      if (record.scheduledMinute !== null) unfinishedMinutes.add(record.scheduledMinute);
      if (!record.whole) {
        arriving.add(key);
        return;
      }
    }
    seen.add(tree.traceId, rootSpanId);
    arriving.delete(key);
    for (const deviation of deviationsOf(tree)) deviations.add(deviation);
    if (side === undefined || record === null) return;
    if (matching.length > 1) {
      inBothCohorts += 1;
      return;
    }
    collected[side].push(record);
    configuration.add(side, tree);
  }

  return {
    /** `readAtMs`: when it was read; null where nothing of it can come any more. */
    add(trace: Trace, readAtMs: number | null): void {
      const fresh = readAtMs !== null && isFresh(trace, readAtMs);
      for (const tree of requestsOf(trace)) {
        waiters.see(tree);
        addRequest(tree, fresh);
      }
    },
    collection: (): Collection => ({
      cohorts,
      records: { a: waiters.mark(collected.a), b: waiters.mark(collected.b) },
      hasEnded: ({ scheduledMinute }) => !unfinishedMinutes.has(scheduledMinute ?? ''),
      inBothCohorts,
      stillArriving: arriving.size,
      unmatched: filters.unmatched(),
      configuration: configuration.differences(cohorts),
      samplers: configuration.samplers(),
      deviations: deviations.all(),
    }),
  };
}

/** Requests by trace id and root, without another text for each: as a rule a trace has one. */
function createSeen() {
  const roots = new Map<string, string | Set<string>>();
  return {
    has(traceId: string, root: string): boolean {
      const known = roots.get(traceId);
      return known === root || (typeof known === 'object' && known.has(root));
    },
    add(traceId: string, root: string): void {
      const known = roots.get(traceId);
      if (known === undefined) roots.set(traceId, root);
      else if (typeof known === 'object') known.add(root);
      else if (known !== root) roots.set(traceId, new Set([known, root]));
    },
  };
}
