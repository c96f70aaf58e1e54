import { median, quantile, quantileSorted } from 'simple-statistics';

export type Quantiles = Readonly<{
  n: number;
  p50Ms: number;
  p90Ms: number;
  p95Ms: number;
  p99Ms: number;
}>;

/** [milliseconds, fraction of the values that are at or below it], rising; at most 101 points. */
export type EcdfPoint = readonly [ms: number, fraction: number];

/** [fraction, a's quantile minus b's in ms], at the deciles and p95. */
export type QuantileDifference = readonly [fraction: number, differenceMs: number];

/** Rising. */
type Sorted = ArrayLike<number>;

const MOST_POINTS = 101;
const COMPARED = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95] as const;

/** A copy: in typed arrays numbers are sorted without a call to compare each two. */
export const ascending = (values: ArrayLike<number>): Float64Array =>
  new Float64Array(values).sort();

/** The library asks for a list that it may change; it only reads places of it. */
export const quantileAt = (sorted: Sorted, fraction: number): number =>
  quantileSorted(sorted as number[], fraction);

/** Of values in any order, which takes a fraction of sorting them. */
export const medianOf = (values: Float64Array): number => median(values as unknown as number[]);

const FRACTIONS = [0.5, 0.9, 0.95, 0.99];

/** null where there is nothing to say. */
export function quantilesOf(sorted: Sorted): Quantiles | null {
  if (sorted.length === 0) return null;
  return named(
    sorted.length,
    FRACTIONS.map((fraction) => quantileAt(sorted, fraction)),
  );
}

/** The same of values in any order. */
export function quantilesAmong(values: Float64Array): Quantiles | null {
  if (values.length === 0) return null;
  return named(values.length, quantile(values as unknown as number[], FRACTIONS));
}

function named(n: number, quantiles: readonly number[]): Quantiles {
  const [p50Ms, p90Ms, p95Ms, p99Ms] = quantiles as [number, number, number, number];
  return { n, p50Ms, p90Ms, p95Ms, p99Ms };
}

/** The empirical distribution, thinned evenly by rank; the first and the last value stay. */
export function ecdfOf(sorted: Sorted): readonly EcdfPoint[] {
  const points = Math.min(MOST_POINTS, sorted.length);
  return Array.from({ length: points }, (_, index) => {
    const rank = points === 1 ? 0 : Math.round((index * (sorted.length - 1)) / (points - 1));
    return [sorted[rank] as number, (rank + 1) / sorted.length];
  });
}

/** How far a's quantiles lie from b's; both sorted, empty where one has no values. */
export function quantileDifferencesOf(a: Sorted, b: Sorted): readonly QuantileDifference[] {
  if (a.length === 0 || b.length === 0) return [];
  return COMPARED.map((fraction) => [fraction, quantileAt(a, fraction) - quantileAt(b, fraction)]);
}
