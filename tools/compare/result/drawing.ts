import type { Trace } from '../../traces/model.ts';
import { type NormalisedTrace, requestsOf } from '../../traces/normalise.ts';
import type { Reading } from '../../traces/profile/profile.ts';
import { consoleUrl, type SourceDescription } from '../../traces/sources/source.ts';
import { createWaterfall, type Waterfall } from '../../traces/waterfall.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';

/** A drawn request with its latency as it is compared: from its scheduled time. */
export type Drawn = Waterfall & Readonly<{ latencyMs: number | null }>;

/** Draws the request of a record; null where there is none, or where its trace was not found. */
export type Drawing = (record: RequestRecord | null) => Drawn | null;

/** `traces`: the few that are drawn, read once more. */
export function createDrawing(
  traces: readonly Trace[],
  { source, reading }: Readonly<{ source: SourceDescription; reading: Reading }>,
): Drawing {
  // Files of two cohorts may use one trace id for two traces.
  const byId = Map.groupBy(traces, ({ traceId }) => traceId);
  return (record) => {
    if (record === null) return null;
    const trees = (byId.get(record.traceId) ?? []).flatMap((trace) => requestsOf(trace, reading));
    const isOf = ({ root, startMs }: NormalisedTrace) =>
      root?.span.spanId === record.rootSpanId && startMs === record.startMs;
    const tree = trees.find(isOf) ?? trees[0];
    if (tree === undefined) return null;
    const { cold, latencyMs } = record;
    return {
      ...createWaterfall(tree, consoleUrl(source, tree)),
      ...(source.kind === 'cloud-trace' && { ofV1: true as const }),
      cold,
      latencyMs,
    };
  };
}
