import type { Sides } from '../../cohorts/cohort.ts';
import { type Scale, type SideScale, scaled } from '../scale.ts';
import type { FixedMix, WindowedSide } from './fixed-mix.ts';

/** A value for each window of a side that has one. */
export type Series = Readonly<{ at: readonly number[]; values: readonly number[] }>;

/** By window and operation: `sums[window * operations + operation]`. */
type Cells = Readonly<{ at: readonly number[]; sums: Float64Array; counts: Float64Array }>;

/**
 * What a window's typical request takes, at the fixed mix: of each operation the mean of its scaled
 * figures, extremes winsorised. A mean, since that of few requests aims at the same as that of many;
 * a median or a pseudo-median of a skewed distribution does not, and one side may have a tenth of the
 * other's requests.
 *
 * An operation that a window lacks must not move it: so every mean counts from the operation's centre,
 * which is the same for both sides.
 */
export function valuesOfWindows(
  sides: Sides<WindowedSide>,
  { mix, scale }: Readonly<{ mix: FixedMix; scale: Scale }>,
): Sides<Series> {
  return seriesOfCells(cellsOfWindows(sides, { mix, scale }), { mix, mergedBy: 1 });
}

export const cellsOfWindows = (
  sides: Sides<WindowedSide>,
  { mix, scale }: Readonly<{ mix: FixedMix; scale: Scale }>,
): Sides<Cells> => ({
  a: cellsOf(sides.a, mix.bounds.a, scale.a),
  b: cellsOf(sides.b, mix.bounds.b, scale.b),
});

/** `mergedBy`: so many neighbouring windows of the clock are one. */
export function seriesOfCells(
  { a, b }: Sides<Cells>,
  { mix, mergedBy }: Readonly<{ mix: FixedMix; mergedBy: number }>,
): Sides<Series> {
  const cells = { a: merged(a, mergedBy), b: merged(b, mergedBy) };
  const centres = centresOf(cells, mix.weights.length);
  return {
    a: seriesOf(cells.a, mix.weights, centres),
    b: seriesOf(cells.b, mix.weights, centres),
  };
}

/** a minus b of the windows that both have. */
export function differencesOf({ a, b }: Sides<Series>): Series {
  const ofB = new Map(b.at.map((number, place) => [number, b.values[place] as number]));
  const both = a.at.flatMap((number, place) => {
    const value = ofB.get(number);
    return value === undefined ? [] : [{ number, value: (a.values[place] as number) - value }];
  });
  return { at: both.map(({ number }) => number), values: both.map(({ value }) => value) };
}

function cellsOf(
  { at, figures, operations }: WindowedSide,
  { low, high }: FixedMix['bounds']['a'],
  scale: SideScale,
): Cells {
  const width = low.length;
  const sums = new Float64Array(at.length * width);
  const counts = new Float64Array(at.length * width);
  for (let window = 0; window < at.length; window += 1) {
    const ofWindow = figures[window] as Float64Array;
    const kinds = operations[window] as Uint16Array;
    for (let index = 0; index < ofWindow.length; index += 1) {
      const operation = kinds[index] as number;
      const figure = ofWindow[index] as number;
      const bounded = Math.min(
        high[operation] as number,
        Math.max(low[operation] as number, figure),
      );
      const cell = window * width + operation;
      sums[cell] = (sums[cell] as number) + scaled(bounded, scale);
      counts[cell] = (counts[cell] as number) + 1;
    }
  }
  return { at, sums, counts };
}

function merged({ at, sums, counts }: Cells, by: number): Cells {
  if (by === 1) return { at, sums, counts };
  const numbers = [...new Set(at.map((number) => Math.floor(number / by)))];
  const width = at.length === 0 ? 0 : sums.length / at.length;
  const cells = {
    at: numbers,
    sums: new Float64Array(numbers.length * width),
    counts: new Float64Array(numbers.length * width),
  };
  let place = 0;
  for (const [window, number] of at.entries()) {
    while (numbers[place] !== Math.floor(number / by)) place += 1;
    for (let operation = 0; operation < width; operation += 1) {
      const [from, to] = [window * width + operation, place * width + operation];
      cells.sums[to] = (cells.sums[to] as number) + (sums[from] as number);
      cells.counts[to] = (cells.counts[to] as number) + (counts[from] as number);
    }
  }
  return cells;
}

/** Of each operation: half way between the means of the two sides. */
function centresOf({ a, b }: Sides<Cells>, width: number): Float64Array {
  const means = (cells: Cells) => {
    const [sums, counts] = [new Float64Array(width), new Float64Array(width)];
    for (let cell = 0; cell < cells.sums.length; cell += 1) {
      const operation = cell % width;
      sums[operation] = (sums[operation] as number) + (cells.sums[cell] as number);
      counts[operation] = (counts[operation] as number) + (cells.counts[cell] as number);
    }
    return sums.map((sum, operation) => sum / Math.max(1, counts[operation] as number));
  };
  const [ofA, ofB] = [means(a), means(b)];
  return ofA.map((mean, operation) => (mean + (ofB[operation] as number)) / 2);
}

function seriesOf({ at, sums, counts }: Cells, weights: Float64Array, centres: Float64Array) {
  const width = weights.length;
  const [kept, values] = [[] as number[], [] as number[]];
  for (const [window, number] of at.entries()) {
    let [sum, weighed] = [0, 0];
    for (let operation = 0; operation < width; operation += 1) {
      const cell = window * width + operation;
      const count = counts[cell] as number;
      const weight = weights[operation] as number;
      if (count === 0 || weight === 0) continue;
      sum += weight * ((sums[cell] as number) / count - (centres[operation] as number));
      weighed += weight;
    }
    if (weighed === 0) continue;
    kept.push(number);
    values.push(sum / weighed);
  }
  return { at: kept, values };
}
