import type { Trace } from '../../traces/model.ts';
import { normalise } from '../../traces/normalise.ts';
import { consoleUrl, type SourceDescription } from '../../traces/sources/source.ts';
import { createWaterfall, type Waterfall } from '../../traces/waterfall.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord, Stratum } from '../cohorts/request-record.ts';
import { latencyIn } from '../statistics/overall.ts';

/** The requests at the median and at p95 of the primary measure; null: there is none. */
export type Exemplars = Readonly<{ median: Waterfall | null; p95: Waterfall | null }>;

type Records = Sides<readonly RequestRecord[]>;

/** The traces that are drawn: of either side and stratum the median one and the one at p95. */
export function exemplarIds(records: Records): ReadonlySet<string> {
  const chosen = [records.a, records.b].flatMap((ofSide) =>
    (['warm', 'cold'] as const).flatMap((stratum) => Object.values(choose(ofSide, stratum))),
  );
  return new Set(chosen.flatMap((record) => (record === null ? [] : [record.traceId])));
}

/** Draws those of one stratum; null where there is none, or where its trace is not among `traces`. */
export function drawExemplars(
  records: Records,
  options: { stratum: Stratum; traces: readonly Trace[]; source: SourceDescription },
): Sides<Exemplars> {
  const traces = new Map(options.traces.map((trace) => [trace.traceId, trace]));
  const draw = (record: RequestRecord | null): Waterfall | null => {
    const trace = record === null ? undefined : traces.get(record.traceId);
    if (record === null || trace === undefined) return null;
    return {
      ...createWaterfall(normalise(trace), consoleUrl(options.source, trace)),
      cold: record.cold,
    };
  };
  const of = (ofSide: readonly RequestRecord[]): Exemplars => {
    const { median, p95 } = choose(ofSide, options.stratum);
    return { median: draw(median), p95: draw(p95) };
  };
  return { a: of(records.a), b: of(records.b) };
}

/** The requests at the median and at p95 of the primary measure, by rank. */
function choose(
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
