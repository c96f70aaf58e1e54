import type { Unit } from './condition.ts';

export type Outcome = 'fails' | 'passes' | 'undecided';

/** What `--fail-if` asked and what became of it: `gate` in the JSON result. */
export type Gate = Readonly<{
  /** Fails where one condition does; else undecided where one is. */
  outcome: Outcome;
  /** Whether an undecided gate fails the command (`--require-verdict`). */
  requireVerdict: boolean;
  /** Of each interval: 0.95 of one condition, closer to 1 of several, so that they hold together. */
  confidence: number;
  conditions: readonly Judged[];
}>;

export type Judged = Readonly<{
  /** As given. */
  condition: string;
  outcome: Outcome;
  /** Of all figures here. */
  unit: Unit;
  limit: number;
  /** Whether the figures compare the sides, or are of one side alone (`above`). */
  of: 'difference' | 'value';
  /** How much slower (faster, higher) the side is than the other, negative: the opposite; or its value. */
  estimate: number | null;
  /** At the gate's `confidence`; an end that is null has no bound. */
  interval: Readonly<{ low: number | null; high: number | null }> | null;
  /** A difference that this much data finds in 80 % of all cases; null: not known. */
  smallestDifference: number | null;
  /** Why it cannot be decided, in a clause; null where the interval itself says. */
  reason: string | null;
}>;

/** Whether the command ends with 1. */
export const isGateClosed = ({ outcome, requireVerdict }: Gate): boolean =>
  outcome === 'fails' || (outcome === 'undecided' && requireVerdict);
