import type { Trace } from '../../traces/model.ts';
import { requestsOf } from '../../traces/normalise.ts';
import { consoleUrl, type SourceDescription } from '../../traces/sources/source.ts';
import { createWaterfall, type Waterfall } from '../../traces/waterfall.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';

/** A drawn request with its latency as it is compared: from its scheduled time. */
export type Drawn = Waterfall & Readonly<{ latencyMs: number | null }>;

/** Draws the request of a record; null where there is none, or where its trace was not found. */
export type Drawing = (record: RequestRecord | null) => Drawn | null;

/** `traces`: the few that are drawn, read once more. */
export function createDrawing(traces: readonly Trace[], source: SourceDescription): Drawing {
  const byId = new Map(traces.map((trace) => [trace.traceId, trace]));
  return (record) => {
    const trace = record === null ? undefined : byId.get(record.traceId);
    if (record === null || trace === undefined) return null;
    const trees = requestsOf(trace);
    const tree =
      trees.find(({ root }) => root?.span.spanId === record.rootSpanId) ??
      (trees[0] as (typeof trees)[0]);
    const { cold, latencyMs } = record;
    return {
      ...createWaterfall(tree, consoleUrl(source, trace)),
      ...(source.kind === 'cloud-trace' && { ofV1: true as const }),
      cold,
      latencyMs,
    };
  };
}
