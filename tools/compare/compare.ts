import { isFresh } from '../traces/completeness.ts';
import type { Trace } from '../traces/model.ts';
import type { SourceDescription, TraceSource } from '../traces/sources/source.ts';
import { type Cohort, matchesCohort, type Sides } from './cohorts/cohort.ts';
import { createColdWaiters } from './cohorts/cold-waiters.ts';
import { createConfigurationTally } from './cohorts/configuration.ts';
import { type RequestRecord, recordRequest } from './cohorts/request-record.ts';
import { createFilterTally } from './cohorts/unmatched.ts';
import { type CohortSummary, loadOf, summariseCohort } from './result/cohort-summary.ts';
import { COMPARISON_VERSION, type Comparison, methodsOf } from './result/comparison.ts';
import { drawExemplars, exemplarIds } from './result/exemplars.ts';
import { recentTraces } from './result/recent-traces.ts';
import { findWarnings } from './result/warnings.ts';
import { chooseDesign } from './statistics/design.ts';
import { compareHops } from './statistics/hops.ts';
import { compareOverall, testOverall } from './statistics/overall.ts';

const SIDES = ['a', 'b'] as const;

/**
 * Takes traces one at a time and keeps of each only its record. Exemplars are drawn from traces that
 * are asked for once more at the end.
 */
export function createCollector(cohorts: Sides<Cohort>) {
  const collected: Sides<RequestRecord[]> = { a: [], b: [] };
  const filters = createFilterTally(cohorts);
  const configuration = createConfigurationTally();
  const seen = new Set<string>();
  const arriving = new Set<string>();
  const unfinishedMinutes = new Set<string>();
  const waiters = createColdWaiters();
  let inBothCohorts = 0;
  const byColdness = (): Sides<readonly RequestRecord[]> => ({
    a: waiters.mark(collected.a),
    b: waiters.mark(collected.b),
  });
  return {
    /** `readAtMs`: when it was read; null where nothing of it can come any more. */
    add(trace: Trace, readAtMs: number | null): void {
      waiters.see(trace);
      if (seen.has(trace.traceId)) return;
      const matching = SIDES.filter((side) => matchesCohort(trace, cohorts[side]));
      filters.see(trace, matching);
      const [side] = matching;
      const record = side === undefined ? null : recordRequest(trace);
      if (side === undefined || record === null) return;
      if (readAtMs !== null && isFresh(trace, readAtMs)) {
        // The run may still go on, so its number of requests is not known, nor its partner's.
        if (record.scheduledMinute !== null) unfinishedMinutes.add(record.scheduledMinute);
        if (!record.whole) {
          arriving.add(trace.traceId);
          return;
        }
      }
      seen.add(trace.traceId);
      arriving.delete(trace.traceId);
      if (matching.length > 1) {
        inBothCohorts += 1;
        return;
      }
      collected[side].push(record);
      configuration.add(side, trace);
    },
    /** The traces that finish() draws. */
    exemplarIds: (): ReadonlySet<string> => exemplarIds(byColdness()),
    finish(options: {
      source: SourceDescription;
      exemplars: readonly Trace[];
      truncated: string | null;
    }): Comparison {
      const { source, exemplars: traces, truncated } = options;
      const records = byColdness();
      const summaries: Sides<CohortSummary> = {
        a: summariseCohort(cohorts.a, records.a),
        b: summariseCohort(cohorts.b, records.b),
      };
      const ended = (record: RequestRecord) => !unfinishedMinutes.has(record.scheduledMinute ?? '');
      const wrongCounts = summaries.a.wrongCounts + summaries.b.wrongCounts;
      const design = chooseDesign(records.a, records.b);
      const tested = testOverall(design);
      const overall = compareOverall(tested, wrongCounts);
      return {
        version: COMPARISON_VERSION,
        source,
        unmatched: filters.unmatched(),
        configuration: configuration.differences(cohorts),
        cohorts: summaries,
        inBothCohorts,
        stillArriving: arriving.size,
        overall,
        hops: compareHops(records, { design, requestMs: tested.requestMs, wrongCounts }),
        exemplars: drawExemplars(records, { stratum: 'warm', traces, source }),
        coldExemplars: drawExemplars(records, { stratum: 'cold', traces, source }),
        recent: recentTraces(records, source),
        warnings: findWarnings({
          cohorts: summaries,
          records,
          load: { a: loadOf(records.a.filter(ended)), b: loadOf(records.b.filter(ended)) },
          overall,
          samplers: configuration.samplers(),
          truncated,
        }),
        methods: methodsOf(overall.method),
      };
    },
  };
}

/** Reads a source as a stream and compares. `onTrace` sees every trace: to save it, to count it. */
export async function compareSource(
  source: TraceSource,
  options: {
    cohorts: Sides<Cohort>;
    signal: AbortSignal;
    onTrace?: (trace: Trace) => void | Promise<void>;
  },
): Promise<Comparison> {
  const collector = createCollector(options.cohorts);
  for await (const trace of source.read(options.signal)) {
    await options.onTrace?.(trace);
    collector.add(trace, source.readAtMs());
  }
  return collector.finish({
    source: source.describe(),
    exemplars: await source.find(collector.exemplarIds(), options.signal),
    truncated: source.truncated(),
  });
}

/** Compares traces that are in memory. `readAtMs`: now, where more of them may come. */
export function compareTraces(
  traces: readonly Trace[],
  options: { cohorts: Sides<Cohort>; name: string; local: boolean; readAtMs?: number },
): Comparison {
  const collector = createCollector(options.cohorts);
  for (const trace of traces) collector.add(trace, options.readAtMs ?? null);
  const wanted = collector.exemplarIds();
  return collector.finish({
    source: { kind: 'memory', name: options.name, local: options.local, since: null, until: null },
    exemplars: traces.filter(({ traceId }) => wanted.has(traceId)),
    truncated: null,
  });
}
