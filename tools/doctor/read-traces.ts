import { counted } from '../cli/format.ts';
import { isArriving, SETTLED_AFTER_MS } from '../traces/completeness.ts';
import { createIdNumbers } from '../traces/id-numbers.ts';
import type { Trace } from '../traces/model.ts';
import { startOf } from '../traces/sources/sampling/sample.ts';
import { createSampleWatch } from '../traces/sources/sampling/sample-watch.ts';
import type { TraceSource } from '../traces/sources/source.ts';
import type { Options } from './options.ts';

export type TracesRead = Readonly<{
  /** Where they are from. */
  scope: string;
  /** What was not read or not looked at, one sentence each. */
  leftOut: readonly string[];
  /** Where files end before their end, in words. */
  cutShort: string | null;
}>;

/**
 * Gives each trace to `onTrace`, and keeps none. A trace may come twice: the first copy counts, or the
 * first one that is not still arriving.
 */
export async function readTraces(
  source: TraceSource,
  options: Options,
  { signal, onTrace }: { signal: AbortSignal; onTrace: (trace: Trace) => void },
): Promise<TracesRead> {
  const seen = createIdNumbers();
  const arriving = new Set<string>();
  const watch = createSampleWatch(source);
  const isNamed = options.traceIds.size > 0;
  const traces = isNamed ? await source.find(options.traceIds, signal) : source.read(signal);
  for await (const trace of traces) {
    if (!isNamed && !isInWindow(trace, options)) continue;
    watch.see(trace);
    const { traceId } = trace;
    const readAtMs = source.readAtMs();
    const growing = readAtMs !== null && isArriving(trace, readAtMs, options.reading);
    if (!isNamed && growing) {
      if (seen.find(traceId) < 0) arriving.add(traceId);
      continue;
    }
    const before = seen.size();
    if (seen.numberOf(traceId) < before) continue;
    arriving.delete(traceId);
    onTrace(trace);
  }
  const { name, local } = source.describe();
  const truncated = source.truncated();
  const sampled = watch.taken();
  const sample = sampled === null ? null : `Read as a sample: ${sampled.result.text}`;
  // A read that was limited is as it was asked for; a file that is cut is damaged.
  const ofFiles = options.origin.kind === 'files';
  const young =
    `${counted(arriving.size, 'trace')} may still be arriving: not complete, and ended less than ` +
    `${SETTLED_AFTER_MS / 1_000} s before the read`;
  return {
    scope: `${name}${local ? ' (local)' : ''}`,
    leftOut: [arriving.size > 0 ? young : null, ofFiles ? null : truncated, sample].filter(
      (text) => text !== null,
    ),
    cutShort: ofFiles ? truncated : null,
  };
}

function isInWindow(trace: Trace, { sinceMs, untilMs }: Options): boolean {
  if (sinceMs <= 0 && untilMs === null) return true;
  const startMs = startOf(trace);
  return startMs >= sinceMs && (untilMs === null || startMs < untilMs);
}
