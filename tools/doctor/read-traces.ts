import { counted } from '../cli/format.ts';
import { isArriving, SETTLED_AFTER_MS } from '../traces/completeness.ts';
import type { Trace } from '../traces/model.ts';
import type { TraceSource } from '../traces/sources/source.ts';
import type { Options } from './options.ts';

export type TracesRead = Readonly<{
  traces: readonly Trace[];
  /** Where they are from. */
  scope: string;
  /** What was not read or not looked at, one sentence each. */
  leftOut: readonly string[];
  /** Where files end before their end, in words. */
  cutShort: string | null;
}>;

export async function readTraces(
  source: TraceSource,
  options: Options,
  signal: AbortSignal,
): Promise<TracesRead> {
  const byId = new Map<string, Trace>();
  let arriving = 0;
  for await (const trace of select(source, options, signal)) {
    const readAtMs = source.readAtMs();
    const growing = readAtMs !== null && isArriving(trace, readAtMs);
    if (options.traceIds.size === 0 && growing) arriving += 1;
    else byId.set(trace.traceId, trace);
  }
  const { name, local } = source.describe();
  const truncated = source.truncated();
  const sampled = source.sampled?.() ?? null;
  const sample = sampled === null ? null : `Read as a sample: ${sampled}`;
  // A read that was limited is as it was asked for; a file that is cut is damaged.
  const ofFiles = options.origin.kind === 'files';
  const young =
    `${counted(arriving, 'trace')} may still be arriving: not complete, and ended less than ` +
    `${SETTLED_AFTER_MS / 1_000} s before the read`;
  return {
    traces: [...byId.values()],
    scope: `${name}${local ? ' (local)' : ''}`,
    leftOut: [arriving > 0 ? young : null, ofFiles ? null : truncated, sample].filter(
      (text) => text !== null,
    ),
    cutShort: ofFiles ? truncated : null,
  };
}

async function* select(source: TraceSource, options: Options, signal: AbortSignal) {
  if (options.traceIds.size > 0) yield* await source.find(options.traceIds, signal);
  else {
    for await (const trace of source.read(signal)) {
      const startMs = Math.min(...trace.spans.map((span) => span.startMs));
      if (startMs >= options.sinceMs && (options.untilMs === null || startMs < options.untilMs)) {
        yield trace;
      }
    }
  }
}
