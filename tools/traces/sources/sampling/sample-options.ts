import { UsageError } from '../../../cli/command-line.ts';
import type { Origin } from '../../../cli/origin.ts';

/** How much of files is read completely; where they hold more, slices of time are. */
export type FileBudget = Readonly<{
  /** Slices. */
  runs: number;
  traces: number;
  /** Of the files, unpacked. */
  bytes: number;
  /** Traces outside of the slices in which something failed. */
  outside: number;
}>;

const UNLIMITED = Number.POSITIVE_INFINITY;

/**
 * What compare reads unless it is told otherwise, so that it stays within 512 MB: a request takes
 * some 700 bytes with what the statistics need, and more where a trace has many hops, which the bytes
 * stand for.
 */
export const FILE_BUDGET: FileBudget = {
  runs: UNLIMITED,
  traces: 250_000,
  bytes: 2e9,
  outside: 25_000,
};

/** As the flags ask for it; null: everything is read. */
export function budgetAsked({
  runs = UNLIMITED,
  bytes = UNLIMITED,
}: Readonly<{ runs?: number; bytes?: number }>): FileBudget | null {
  if (runs === UNLIMITED && bytes === UNLIMITED) return null;
  return { runs, bytes, traces: UNLIMITED, outside: UNLIMITED };
}

export type SampleOptions = Readonly<{
  mostTraces: number;
  mostRuns: number | null;
  seed: number;
  fileBudget: FileBudget | null;
}>;

/** How much is read where there is more, and which part. Throws UsageError. */
export function sampleOptions(
  flags: Readonly<{ maxTraces: number; maxRuns?: number; maxBytes?: number; seed?: number }>,
  origin: Origin,
  /** How much of files is read where no flag says it; null: everything. */
  ofFiles: FileBudget | null = null,
): SampleOptions {
  const { maxTraces: mostTraces, maxRuns: runs, maxBytes: bytes, seed = 1 } = flags;
  const isAsked = runs !== undefined || bytes !== undefined;
  const fileBudget = isAsked
    ? budgetAsked({ ...(runs !== undefined && { runs }), ...(bytes !== undefined && { bytes }) })
    : ofFiles;
  if (origin.kind === 'files' && fileBudget === null && flags.seed !== undefined) {
    throw new UsageError(
      '--seed is valid only with --max-runs or --max-bytes where traces come from files',
    );
  }
  return { mostTraces, mostRuns: runs ?? null, seed, fileBudget };
}
