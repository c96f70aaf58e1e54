import { UsageError } from './command-line.ts';
import type { Origin } from './origin.ts';

/** How much is read where there is more, and which part. Throws UsageError. */
export function sampleOptions(
  flags: Readonly<{ maxTraces: number; maxRuns?: number; seed?: number }>,
  origin: Origin,
): Readonly<{ mostTraces: number; mostRuns: number | null; seed: number }> {
  const { maxTraces: mostTraces, maxRuns: mostRuns = null, seed = 1 } = flags;
  if (origin.kind === 'files' && mostRuns === null && flags.seed !== undefined) {
    throw new UsageError('--seed is valid only with --max-runs where traces come from files');
  }
  return { mostTraces, mostRuns, seed };
}
