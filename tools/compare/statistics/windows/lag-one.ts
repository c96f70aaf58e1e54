import { mean } from 'simple-statistics';
import type { Series } from './window-values.ts';

/** The correction for a short series needs more values than this. */
const FEWEST_VALUES = 6;

/**
 * How far neighbouring windows resemble each other: the correlation at lag one, of the windows whose
 * neighbour holds requests too. The plain estimate of n values is too low by (1 + 3 r) / n, since each
 * value also pulls the mean that it is held against (Marriott and Pope 1954, Kendall 1954); that is
 * corrected. null: too few neighbours to say.
 */
export function lagOne({ at, values }: Series): number | null {
  const count = values.length;
  if (count < FEWEST_VALUES) return null;
  const centre = mean(values as number[]);
  const away = values.map((value) => value - centre);
  const variance = away.reduce((sum, one) => sum + one * one, 0) / count;
  let [products, neighbours] = [0, 0];
  for (let place = 1; place < count; place += 1) {
    if ((at[place] as number) - (at[place - 1] as number) !== 1) continue;
    products += (away[place] as number) * (away[place - 1] as number);
    neighbours += 1;
  }
  if (neighbours < FEWEST_VALUES - 1) return null;
  if (variance === 0) return 0;
  const plain = products / neighbours / variance;
  return Math.min(1, (count * plain + 1) / (count - 3));
}
