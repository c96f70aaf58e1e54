import type { Sample } from '../sampling/sample.ts';
import { inTurn, MINUTE_MS, strataOf } from '../sampling/slices.ts';

/**
 * Which minutes of a window are read, so that about `mostTraces` of its requests are, and `mostRuns`
 * minutes at most; null: all of them. A trace is read completely or not at all, and both cohorts are
 * read in the same minutes, so that what they have in common stays common.
 */
export function chooseMinutes(
  options: Readonly<{
    sinceMs: number;
    untilMs: number;
    mostTraces: number;
    mostRuns: number | null;
    seed: number;
  }>,
  traces: number,
): Sample | null {
  const { sinceMs, untilMs, mostTraces, seed } = options;
  const strata = strataOf({ startMs: sinceMs, endMs: untilMs }, MINUTE_MS, seed);
  const minutes = inTurn(strata, seed);
  const share = mostTraces / Math.max(1, traces);
  const byTraces = share >= 1 ? minutes.length : Math.floor(minutes.length * share);
  const most = Math.min(Math.max(strata.length, byTraces), options.mostRuns ?? minutes.length);
  if (most >= minutes.length) return null;
  const read = minutes.slice(0, most);
  return { strata, read, sliceMs: MINUTE_MS, seed, failures: 'part', traces };
}
