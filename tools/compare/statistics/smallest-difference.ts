import { quantilesOf } from './quantiles.ts';
import type { Contrast } from './statistics.ts';

/**
 * The smallest difference, in either direction, that as much data as this finds in 80 of 100
 * comparisons. It says what "no difference seen" and "no verdict" can and cannot rule out.
 */
export type SmallestDifference = Readonly<{
  ms: number;
  /** The slower side over the faster one; null where the faster side takes no time. */
  ratio: number | null;
}>;

/** Of a test of log ratios, for requests of `ms`. */
export function smallestRatio(
  contrast: Contrast,
  of: Readonly<{ alpha: number; ms: number }>,
): SmallestDifference | null {
  const test = wouldTest(contrast);
  if (test === null) return null;
  const ratio = Math.exp(test.smallest(of.alpha));
  return { ms: of.ms * (ratio - 1), ratio };
}

/** Of a test of milliseconds which must exceed `thresholdMs`, for a step of `ms`. */
export function smallestMs(
  contrast: Contrast,
  of: Readonly<{ alpha: number; thresholdMs: number; ms: number }>,
): SmallestDifference | null {
  const test = wouldTest(contrast);
  if (test === null) return null;
  const ms = of.thresholdMs + test.smallest(of.alpha);
  return { ms, ratio: of.ms > 0 ? 1 + ms / of.ms : null };
}

/** Also of data that may not call a difference: how large one they would find. */
const wouldTest = ({ test, untested }: Contrast) => test ?? untested?.test ?? null;

/** The smaller of the medians of two sides (sorted), 0 where neither has one. */
export function fasterMs(...sides: readonly ArrayLike<number>[]): number {
  const medians = sides.flatMap((sorted) => quantilesOf(sorted)?.p50Ms ?? []);
  return medians.length === 0 ? 0 : Math.min(...medians);
}
