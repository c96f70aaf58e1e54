import type { Estimate } from '../statistics/estimate.ts';

/** Beyond these an interval is a point to everybody. */
const MOST_DIGITS = 6;

/** As many decimals as it takes to tell an interval's ends apart, two at least. */
export function digitsOf({ low, high }: Pick<Estimate, 'low' | 'high'>): number {
  if (low === null || high === null || low === high) return 2;
  for (let digits = 2; digits <= MOST_DIGITS; digits += 1) {
    if (low.toFixed(digits) !== high.toFixed(digits)) return digits;
  }
  return 2;
}
