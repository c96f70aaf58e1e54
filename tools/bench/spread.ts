import { median } from 'simple-statistics';

/** `low` and `high` are the lowest and the highest. */
export type Spread = Readonly<{ median: number; low: number; high: number }>;

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('no values');
  return { median: median([...values]), low: Math.min(...values), high: Math.max(...values) };
}

/**
 * Of the ratios of each round, not of the medians: what slows a shared machine down slows both
 * sides of a round.
 */
export function ratiosOf(above: readonly number[], below: readonly number[]): Spread {
  if (above.length !== below.length) {
    throw new RangeError(`${above.length} values against ${below.length}`);
  }
  return spreadOf(above.map((value, round) => value / (below[round] ?? Number.NaN)));
}
