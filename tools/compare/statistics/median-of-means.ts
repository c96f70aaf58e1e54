/*
 * An interval asks for a typical value some ten thousand times, which is most of the time of a
 * comparison after its traces are read. So this file counts in loops over typed arrays that it uses
 * again and again.
 */

/** So few are sorted faster than they are narrowed down further. */
const FEW = 24;
const MOST_NARROWINGS = 12;

/**
 * The median of the means of all pairs (i ≤ j) of the first `length` sorted values. The means are
 * not laid out and sorted: how many of them lie below a bound is counted along the staircase that the
 * sorted values make, and only the few between two bounds that enclose the middle are.
 *
 *     j →   x0    x1    x2    x3
 *     i  x0  ▒     ▒     ▒  │           ▒ below the bound: where a row ends there,
 *     ↓  x1        ▒  ┌─────┘           the next one ends no further right
 *        x2           │
 */
export function medianOfMeans(sorted: ArrayLike<number>, length = sorted.length): number {
  const last = length - 1;
  const count = (length * (length + 1)) / 2;
  const upper = count >> 1;
  const lower = count % 2 === 1 ? upper : upper - 1;
  // At least `lowBelow` and at most `lower` means lie below `low`; more than `upper` below `high`.
  let [low, lowBelow] = [-Infinity, 0];
  let [high, highBelow] = [Infinity, count];
  let [from, to] = [sorted[0] as number, sorted[last] as number];
  for (let step = 0; step < MOST_NARROWINGS && highBelow - lowBelow > FEW; step += 1) {
    const bound = step === 0 ? (sorted[last >> 1] as number) : from + (to - from) * shareOf(step);
    const below = countBelow(sorted, length, bound);
    if (below <= lower) [low, lowBelow, from] = [bound, below, bound];
    else if (below > upper) [high, highBelow, to] = [bound, below, bound];
    else break;
  }
  const found = meansBetween(sorted, { length, low, high });
  const at = (rank: number) => between[rank - lowBelow] as number;
  sortAscending(between, found);
  return lower === upper ? at(upper) : (at(lower) + at(upper)) / 2;

  /** As if the means lay evenly between the bounds; every third time in the middle, as they may not. */
  function shareOf(step: number): number {
    return step % 3 === 0 ? 0.5 : (lower + 0.5 - lowBelow) / (highBelow - lowBelow);
  }
}

function countBelow(sorted: ArrayLike<number>, length: number, bound: number): number {
  let count = 0;
  let end = length;
  for (let row = 0; row < end; row += 1) {
    const value = sorted[row] as number;
    while (end > row && (value + (sorted[end - 1] as number)) / 2 >= bound) end -= 1;
    count += end - row;
  }
  return count;
}

let between = new Float64Array(64);

/** Lays those at or above `low`, and below `high`, out in `between`; says how many there are. */
function meansBetween(
  sorted: ArrayLike<number>,
  { length, low, high }: Readonly<{ length: number; low: number; high: number }>,
): number {
  let found = 0;
  let end = length;
  for (let row = 0; row < end; row += 1) {
    const value = sorted[row] as number;
    while (end > row && (value + (sorted[end - 1] as number)) / 2 >= high) end -= 1;
    for (let column = end - 1; column >= row; column -= 1) {
      const mean = (value + (sorted[column] as number)) / 2;
      if (mean < low) break;
      if (found === between.length) {
        const wider = new Float64Array(2 * found);
        wider.set(between);
        between = wider;
      }
      between[found] = mean;
      found += 1;
    }
  }
  return found;
}

/** So many are inserted one by one faster than the engine's own sorting is called. */
const MOST_INSERTED = 64;

/** Sorts the first `length` values. */
export function sortAscending(values: Float64Array, length: number): void {
  if (length > MOST_INSERTED) {
    values.subarray(0, length).sort();
    return;
  }
  for (let at = 1; at < length; at += 1) {
    const value = values[at] as number;
    let place = at;
    for (; place > 0 && (values[place - 1] as number) > value; place -= 1) {
      values[place] = values[place - 1] as number;
    }
    values[place] = value;
  }
}
