import { medianOfMeans, sortAscending } from './median-of-means.ts';

/** Longer runs by evenly spaced quantiles: the pairs grow with the square of the values. */
const LONGEST_EXACT_RUN = 41;

const thinned = new Float64Array(LONGEST_EXACT_RUN);

/**
 * The typical value: Hodges and Lehmann's pseudo-median, the median of the means of all pairs. Near
 * the mean in precision (96 % for normal values, where a median has 64 %) and not moved by less than
 * 29 % of outliers. Sorts the first `length` values in their place; throws where there is none.
 */
export function typicalOf(values: Float64Array, length = values.length): number {
  if (length === 0) throw new RangeError('typicalOf needs at least one value');
  sortAscending(values, length);
  if (length <= LONGEST_EXACT_RUN) return medianOfMeans(values, length);
  for (let index = 0; index < LONGEST_EXACT_RUN; index += 1) {
    const rank = (length - 1) * ((index + 0.5) / LONGEST_EXACT_RUN);
    const below = Math.floor(rank);
    const [low, high] = [values[below] as number, values[Math.ceil(rank)] as number];
    thinned[index] = low + (rank - below) * (high - low);
  }
  return medianOfMeans(thinned);
}
