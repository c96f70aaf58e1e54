import { join } from 'node:path';
import { isFresh } from '../compare/freshness.ts';
import type { Trace } from '../compare/model.ts';
import { createCloudTraceSource } from '../compare/sources/cloud-trace.ts';
import { openFiles } from '../compare/sources/files.ts';
import type { TraceSource } from '../compare/sources/source.ts';
import { readAddresses } from '../local/addresses.ts';
import type { Options } from './options.ts';

const CACHE_DIRECTORY = join(import.meta.dirname, '../../.local/trace-cache');

export type TracesRead = Readonly<{
  traces: readonly Trace[];
  /** Where they are from and what was left out, for the reader. */
  scope: string;
}>;

export async function readTraces(
  options: Options,
  run: { signal: AbortSignal; nowMs: number; onProgress: (text: string) => void },
): Promise<TracesRead> {
  const source = await openSource(options, run.onProgress);
  const byId = new Map<string, Trace>();
  let fresh = 0;
  for await (const trace of select(source, options, run.signal)) {
    if (options.traceIds.size === 0 && isFresh(trace, readAtMs(source, options, run.nowMs))) {
      fresh += 1;
    } else byId.set(trace.traceId, trace);
  }
  const { name, local } = source.describe();
  const notes = [
    `${name}${local ? ' (local)' : ''}`,
    fresh > 0 ? `${fresh} fresh traces left out` : null,
    source.truncated(),
  ];
  return {
    traces: [...byId.values()],
    scope: notes.filter((note) => note !== null).join('; '),
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

/** When the traces were read from where they are stored; of a file only if it says so. */
function readAtMs(source: TraceSource, options: Options, nowMs: number): number {
  const { until } = source.describe();
  if (options.origin.kind !== 'files') return nowMs;
  return until === null ? Number.POSITIVE_INFINITY : Date.parse(until);
}

async function openSource(
  options: Options,
  onProgress: (text: string) => void,
): Promise<TraceSource> {
  const { origin, window, sinceMs, untilMs, filter, mostTraces } = options;
  if (origin.kind === 'files') return openFiles(origin.paths);
  const local = origin.kind === 'local' ? await readAddresses() : undefined;
  return createCloudTraceSource({
    projectId: origin.kind === 'project' ? origin.projectId : (local?.projectId ?? ''),
    rootUrl: local?.traceReadOrigin,
    window,
    sinceMs,
    untilMs,
    filter,
    mostTraces,
    cacheDirectory: CACHE_DIRECTORY,
    onProgress,
  });
}
