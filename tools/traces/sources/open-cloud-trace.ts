import { join } from 'node:path';
import type { Clock } from '../../../lib/clock.ts';
import { type Addresses, readAddresses } from '../../cli/local-addresses.ts';
import type { Origin } from '../../cli/origin.ts';
import { type CloudTraceOptions, createCloudTraceSource, placeOf } from './cloud-trace.ts';
import { findInterrupted, requestKey } from './page-cache.ts';
import type { FileBudget } from './sampling/sample-options.ts';
import type { TraceSource } from './source.ts';

const CACHE_DIRECTORY = join(import.meta.dirname, '../../../.local/trace-cache');

/** What the flags of every reading tool come to. */
export type ReadOptions = Readonly<{
  origin: Origin;
  /** How much of files is read; null: everything. */
  fileBudget?: FileBudget | null;
}> &
  Pick<
    CloudTraceOptions,
    | 'times'
    | 'askedAtMs'
    | 'sinceMs'
    | 'untilMs'
    | 'windows'
    | 'filter'
    | 'mostTraces'
    | 'mostRuns'
    | 'seed'
    | 'restart'
  >;

export type Opening = Readonly<{
  /** Ends an opening that waits, such as for standard input. */
  signal: AbortSignal;
  /** Where an emulator is named, by the variables of Google's clients. */
  env?: NodeJS.ProcessEnv;
  cacheDirectory?: string;
  clock?: Clock;
  findLocal?: () => Promise<Pick<Addresses, 'projectId' | 'traceReadOrigin'>>;
  onProgress: (text: string) => void;
  /** Said to the user, terminal or not: the window is not the one of now. */
  onResume: (text: string) => void;
}>;

export type Opened<O> = Readonly<{ options: O; source: TraceSource }>;

/**
 * Opens Cloud Trace, the real one or the local one. Where a read that was asked for in the same words
 * was killed, it goes on, and every relative time counts from that read's moment: the options that
 * come back hold the very window that is read, for the cohorts to look at.
 */
export async function openCloudTrace<O extends ReadOptions & { at(nowMs: number): O }>(
  asked: O,
  run: Opening,
): Promise<Opened<O>> {
  const { onProgress, cacheDirectory = CACHE_DIRECTORY, clock, findLocal = readAddresses } = run;
  const { origin, times, filter, mostTraces, mostRuns, seed, restart } = asked;
  const local = origin.kind === 'local' ? await findLocal() : undefined;
  const projectId = origin.kind === 'project' ? origin.projectId : (local?.projectId ?? '');
  const rootUrl = local?.traceReadOrigin;
  const request = requestKey(placeOf({ projectId, rootUrl, filter }), times);
  const interrupted = restart
    ? undefined
    : await findInterrupted(cacheDirectory, request, asked.askedAtMs);
  const resumes = interrupted !== undefined && interrupted.traces < mostTraces;
  const options = resumes ? asked.at(interrupted.askedAtMs) : asked;
  if (resumes) {
    run.onResume(
      `going on with a read that was interrupted: ${interrupted.traces} traces are there of ` +
        `${interrupted.startTime} to ${interrupted.endTime} (--restart starts over)`,
    );
  }
  const { askedAtMs, sinceMs, untilMs, windows } = options;
  const source = createCloudTraceSource({
    ...{ projectId, rootUrl, filter, times, askedAtMs, sinceMs, untilMs, windows },
    ...{ mostTraces, mostRuns, seed, restart },
    ...(clock && { clock }),
    cacheDirectory,
    onProgress,
  });
  return { options, source };
}
