import type { Sides } from '../../cohorts/cohort.ts';

/** The figures of one side by window, in the order of time. */
export type WindowedSide = Readonly<{
  /** The number of each window, rising. */
  at: readonly number[];
  figures: readonly Float64Array[];
  /** Of each figure, its operation by number. */
  operations: readonly Uint16Array[];
}>;

type Bounds = Readonly<{ low: Float64Array; high: Float64Array }>;

/** What each operation counts for, the same on both sides, and where its extremes are cut. */
export type FixedMix = Readonly<{
  /** By operation; they add up to 1. 0: one side lacks it. */
  weights: Float64Array;
  bounds: Sides<Bounds>;
}>;

/** Of the requests of one operation: this share at either end counts as the bound it lies beyond. */
const WINSORISED_SHARE = 0.025;
/** Bounds from so many values, evenly spaced in time, are as good as from all. */
const MOST_SORTED = 8_192;

/** Each operation weighs its mean share of both sides, whatever their own mixes are. */
export function fixedMixOf(sides: Sides<WindowedSide>, operations: number): FixedMix {
  const counts = { a: countsOf(sides.a, operations), b: countsOf(sides.b, operations) };
  const totals = { a: 0, b: 0 };
  const isOnBoth = (operation: number) =>
    (counts.a[operation] as number) > 0 && (counts.b[operation] as number) > 0;
  for (let operation = 0; operation < operations; operation += 1) {
    if (!isOnBoth(operation)) continue;
    totals.a += counts.a[operation] as number;
    totals.b += counts.b[operation] as number;
  }
  const weights = Float64Array.from(counts.a, (ofA, operation) =>
    isOnBoth(operation) ? (ofA / totals.a + (counts.b[operation] as number) / totals.b) / 2 : 0,
  );
  return { weights, bounds: boundsOf(sides, counts) };
}

function countsOf({ operations }: WindowedSide, most: number): Float64Array {
  const counts = new Float64Array(most);
  for (const ofWindow of operations) {
    for (const operation of ofWindow) counts[operation] = (counts[operation] as number) + 1;
  }
  return counts;
}

/**
 * Of each side around its own median, as far as the requests of both sides go from theirs. Bounds of its
 * own would move a side by chance, which no difference between its windows shows; the same bounds for
 * both would cut the slower side's requests more often.
 */
function boundsOf(sides: Sides<WindowedSide>, counts: Sides<Float64Array>): Sides<Bounds> {
  const kept = { a: keptOf(sides.a, counts.a), b: keptOf(sides.b, counts.b) };
  const [a, b] = [unbounded(counts.a.length), unbounded(counts.b.length)];
  for (let operation = 0; operation < counts.a.length; operation += 1) {
    const [ofA, ofB] = [kept.a[operation] as Float64Array, kept.b[operation] as Float64Array];
    const [middleA, middleB] = [middleOf(ofA), middleOf(ofB)];
    if (!(middleA > 0 && middleB > 0)) continue;
    const relative = new Float64Array(ofA.length + ofB.length);
    relative.set(ofA.map((figure) => figure / middleA));
    relative.set(
      ofB.map((figure) => figure / middleB),
      ofA.length,
    );
    relative.sort();
    const at = (share: number) => relative[Math.round(share * (relative.length - 1))] as number;
    const [low, high] = [at(WINSORISED_SHARE), at(1 - WINSORISED_SHARE)];
    [a.low[operation], a.high[operation]] = [low * middleA, high * middleA];
    [b.low[operation], b.high[operation]] = [low * middleB, high * middleB];
  }
  return { a, b };
}

/** For steps that as a rule take no time. */
const unbounded = (operations: number): Bounds => ({
  low: new Float64Array(operations).fill(Number.NEGATIVE_INFINITY),
  high: new Float64Array(operations).fill(Number.POSITIVE_INFINITY),
});

const middleOf = (sorted: Float64Array): number => sorted[sorted.length >> 1] ?? 0;

/** By operation, sorted. */
function keptOf(side: WindowedSide, counts: Float64Array): readonly Float64Array[] {
  const kept = Array.from(counts, (count) => new Float64Array(Math.min(count, MOST_SORTED)));
  const seen = new Float64Array(counts.length);
  for (const [window, figures] of side.figures.entries()) {
    const operations = side.operations[window] as Uint16Array;
    for (let index = 0; index < figures.length; index += 1) {
      const operation = operations[index] as number;
      const rank = seen[operation] as number;
      seen[operation] = rank + 1;
      const values = kept[operation] as Float64Array;
      // Where more come than are kept, the last of each stretch stays.
      const place = Math.floor((rank * values.length) / (counts[operation] as number));
      values[place] = figures[index] as number;
    }
  }
  for (const values of kept) values.sort();
  return kept;
}
