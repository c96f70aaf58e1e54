/** So few are sorted faster than they are narrowed down further. */
const FEW = 48;
const MOST_NARROWINGS = 12;

/**
 * The median of the means of all pairs (i ≤ j) of sorted values. An interval asks for it some ten
 * thousand times, so the means are not laid out and sorted: how many of them lie below a bound is
 * counted along the staircase that the sorted values make, and only the few between two bounds that
 * enclose the middle are.
 *
 *     j →   x0    x1    x2    x3
 *     i  x0  ▒     ▒     ▒  │           ▒ below the bound: where a row ends there,
 *     ↓  x1        ▒  ┌─────┘           the next one ends no further right
 *        x2           │
 */
export function medianOfMeans(sorted: ArrayLike<number>): number {
  const last = sorted.length - 1;
  const count = (sorted.length * (sorted.length + 1)) / 2;
  const upper = count >> 1;
  const lower = count % 2 === 1 ? upper : upper - 1;
  // At least `lowBelow` and at most `lower` means lie below `low`; more than `upper` below `high`.
  let [low, lowBelow] = [-Infinity, 0];
  let [high, highBelow] = [Infinity, count];
  let [from, to] = [sorted[0] as number, sorted[last] as number];
  for (let step = 0; step < MOST_NARROWINGS && highBelow - lowBelow > FEW; step += 1) {
    const bound = step === 0 ? (sorted[last >> 1] as number) : from + (to - from) / 2;
    const below = countBelow(sorted, bound);
    if (below <= lower) [low, lowBelow, from] = [bound, below, bound];
    else if (below > upper) [high, highBelow, to] = [bound, below, bound];
    else break;
  }
  const between = meansBetween(sorted, low, high).sort();
  const at = (rank: number) => between[rank - lowBelow] as number;
  return lower === upper ? at(upper) : (at(lower) + at(upper)) / 2;
}

function countBelow(sorted: ArrayLike<number>, bound: number): number {
  let count = 0;
  let end = sorted.length;
  for (let row = 0; row < end; row += 1) {
    const value = sorted[row] as number;
    while (end > row && (value + (sorted[end - 1] as number)) / 2 >= bound) end -= 1;
    count += end - row;
  }
  return count;
}

/** At or above `low`, and below `high`. */
function meansBetween(sorted: ArrayLike<number>, low: number, high: number): Float64Array {
  const found: number[] = [];
  let end = sorted.length;
  for (let row = 0; row < end; row += 1) {
    const value = sorted[row] as number;
    while (end > row && (value + (sorted[end - 1] as number)) / 2 >= high) end -= 1;
    for (let column = end - 1; column >= row; column -= 1) {
      const mean = (value + (sorted[column] as number)) / 2;
      if (mean < low) break;
      found.push(mean);
    }
  }
  return Float64Array.from(found);
}
