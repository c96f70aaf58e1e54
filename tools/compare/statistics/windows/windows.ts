import type { Sides } from '../../cohorts/cohort.ts';

/**
 * How windows of the clock are set against each other: requests paired by an attribute, windows of both
 * sides at the same time, windows of both sides in turn, and one side before the other.
 */
export type WindowKind = 'paired-requests' | 'paired-windows' | 'windows' | 'before-after';

/** Runs that are windows of the clock. */
export type Windows = Readonly<{
  kind: WindowKind;
  lengthMs: number;
  /** By run: the number of its window, in lengths since 1970. */
  at: Sides<readonly number[]>;
  /** Those that both sides have. */
  operations: readonly string[];
  /** By run and request: the place of its operation among `operations`. */
  operationOf: Sides<readonly Uint16Array[]>;
  /** Requests of operations that one side lacks. */
  leftOut: Sides<number>;
  merging: Merging;
}>;

/** How many of the windows stand for themselves, once neighbours that resemble each other are one. */
export type Merging = Readonly<{
  /** Windows that are left. */
  left: number;
  /** What is left of the correlation of neighbours; null: there are too few to say. */
  correlation: number | null;
  /** Slow movements that the error of a mean over time is estimated from. */
  cosines: number;
  /** Why there can be no verdict, in a clause; null: nothing speaks against one. */
  why: string | null;
}>;
