import type { Sides } from '../../cohorts/cohort.ts';
import type { Windowed } from './windowed-sample.ts';

/** Which windows of the clock a comparison rests on, and at which mix of operations. */
export type WindowsUsed = Readonly<{
  lengthMs: number;
  /** The most frequent first; the shares are the same on both sides and add up to 1. */
  mix: readonly Readonly<{ operation: string; share: number }>[];
  /** Requests of operations that one side lacks: no figure that compares the two sides counts them. */
  leftOut: Sides<number>;
}>;

export function aboutWindows({ windows, mix }: Windowed): WindowsUsed {
  const { lengthMs, leftOut, operations } = windows;
  const shares = operations.map((operation, number) => ({
    operation,
    share: mix.weights[number] ?? 0,
  }));
  return {
    lengthMs,
    mix: shares.filter(({ share }) => share > 0).sort((one, other) => other.share - one.share),
    leftOut,
  };
}
