import { type Cohort, matchesCohort } from './cohort.ts';
import { markWaiters } from './cold-waiters.ts';
import {
  COMPARISON_VERSION,
  type CohortSummary,
  type Comparison,
  type Exemplars,
  type RecentTrace,
  type Sides,
  type SourceDescription,
  type Stratum,
  type Waterfall,
} from './comparison.ts';
import { createConfigurationTally } from './configuration.ts';
import { chooseDesign } from './design.ts';
import { isFresh } from './freshness.ts';
import { RELEVANT_SHARE } from './hop-verdicts.ts';
import { compareHops } from './hops.ts';
import type { Trace } from './model.ts';
import { compareOverall, latencyIn, testOverall } from './overall.ts';
import { type RequestRecord, recordRequest } from './request-record.ts';
import { consoleUrl, type TraceSource } from './sources/source.ts';
import { summariseCohort } from './summary.ts';
import { findWarnings } from './warnings.ts';
import { createWaterfall } from './waterfall.ts';

const MOST_RECENT = 50;
const SIDES = ['a', 'b'] as const;

/**
 * Takes traces one at a time and keeps of each only its record. Exemplars are drawn from traces that
 * are asked for once more at the end.
 */
export function createCollector(cohorts: Sides<Cohort>) {
  const collected: Sides<RequestRecord[]> = { a: [], b: [] };
  const configuration = createConfigurationTally();
  const seen = new Set<string>();
  const arriving = new Set<string>();
  let inBothCohorts = 0;
  const byColdness = (): Sides<readonly RequestRecord[]> => ({
    a: markWaiters(collected.a),
    b: markWaiters(collected.b),
  });
  return {
    /** `readAtMs`: when it was read; null where nothing of it can come any more. */
    add(trace: Trace, readAtMs: number | null): void {
      if (seen.has(trace.traceId)) return;
      const matching = SIDES.filter((side) => matchesCohort(trace, cohorts[side]));
      const [side] = matching;
      const record = side === undefined ? null : recordRequest(trace);
      if (side === undefined || record === null) return;
      if (readAtMs !== null && !record.whole && isFresh(trace, readAtMs)) {
        arriving.add(trace.traceId);
        return;
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
    exemplarIds(): ReadonlySet<string> {
      const records = byColdness();
      const chosen = SIDES.flatMap((side) =>
        (['warm', 'cold'] as const).flatMap((stratum) =>
          Object.values(chooseExemplars(records[side], stratum)),
        ),
      );
      return new Set(chosen.flatMap((record) => (record === null ? [] : [record.traceId])));
    },
    finish(options: {
      source: SourceDescription;
      exemplars: readonly Trace[];
      truncated: string | null;
    }): Comparison {
      const { source, truncated } = options;
      const records = byColdness();
      const summaries: Sides<CohortSummary> = {
        a: summariseCohort(cohorts.a, records.a),
        b: summariseCohort(cohorts.b, records.b),
      };
      const wrongCounts = summaries.a.wrongCounts + summaries.b.wrongCounts;
      const design = chooseDesign(records.a, records.b);
      const tested = testOverall(design);
      const overall = compareOverall(tested, wrongCounts);
      const traces = new Map(options.exemplars.map((trace) => [trace.traceId, trace]));
      const draw = (record: RequestRecord | null): Waterfall | null => {
        const trace = record === null ? undefined : traces.get(record.traceId);
        if (record === null || trace === undefined) return null;
        return { ...createWaterfall(trace, consoleUrl(source, trace)), cold: record.cold };
      };
      const drawn = (stratum: Stratum): Sides<Exemplars> => {
        const of = (side: 'a' | 'b') => {
          const { median, p95 } = chooseExemplars(records[side], stratum);
          return { median: draw(median), p95: draw(p95) };
        };
        return { a: of('a'), b: of('b') };
      };
      return {
        version: COMPARISON_VERSION,
        source,
        configuration: configuration.differences(cohorts),
        cohorts: summaries,
        inBothCohorts,
        stillArriving: arriving.size,
        overall,
        hops: compareHops(records, { design, requestMs: tested.requestMs, wrongCounts }),
        exemplars: drawn('warm'),
        coldExemplars: drawn('cold'),
        recent: recentTraces(records, source),
        warnings: findWarnings({
          cohorts: summaries,
          records,
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

/** Compares traces that are in memory. */
export function compareTraces(
  traces: readonly Trace[],
  options: { cohorts: Sides<Cohort>; name: string; local: boolean },
): Comparison {
  const collector = createCollector(options.cohorts);
  for (const trace of traces) collector.add(trace, null);
  const wanted = collector.exemplarIds();
  return collector.finish({
    source: { kind: 'memory', name: options.name, local: options.local, since: null, until: null },
    exemplars: traces.filter(({ traceId }) => wanted.has(traceId)),
    truncated: null,
  });
}

/** The requests at the median and at p95 of the primary measure, by rank. */
function chooseExemplars(
  records: readonly RequestRecord[],
  stratum: Stratum,
): Readonly<{ median: RequestRecord | null; p95: RequestRecord | null }> {
  const latency = latencyIn(stratum);
  const ranked = records
    .filter((record) => record.whole && latency(record) !== null)
    .sort(
      (one, other) =>
        (latency(one) ?? 0) - (latency(other) ?? 0) || (one.traceId < other.traceId ? -1 : 1),
    );
  const at = (fraction: number) => ranked[Math.round(fraction * (ranked.length - 1))] ?? null;
  return { median: at(0.5), p95: at(0.95) };
}

function recentTraces(
  records: Sides<readonly RequestRecord[]>,
  source: SourceDescription,
): readonly RecentTrace[] {
  return SIDES.flatMap((cohort) => records[cohort].map((record) => ({ cohort, record })))
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

function methodsOf(primary: string): readonly string[] {
  return [
    `Overall: ${primary}; 95 % interval; requests of one run are not independent, so runs are the sample.`,
    'Hops: the same on self time or gap in milliseconds; verdicts hold together at 5 % (Holm), intervals at 95 % (Bonferroni).',
    `A hop is only called where its difference exceeds ${RELEVANT_SHARE * 100} % of the median request.`,
    'Self time: every moment belongs to the deepest span at work; of siblings to the last to end.',
    'Gap: client span minus server span, network and platform; split where the front end was stored.',
    'Cold and warm requests never share a figure; failed requests have no latency.',
  ];
}
