import type { Slice, Stratum } from './slices.ts';

/** With a 95 % interval. */
export type EstimatedTotal = Readonly<{ estimate: number; low: number; high: number }>;

/** An hour: how many slices it has, and what was counted in each of those that were read. */
type Hour = Readonly<{ of: number; counts: readonly number[] }>;

/** Student's t at 97.5 % (Abramowitz and Stegun, 26.7.5): to 0.01 from three degrees of freedom on. */
const quantileOf = (degrees: number): number => 1.96 + 2.37 / degrees + 2.82 / degrees ** 2;

/**
 * How many there are in all slices, from the moments of those in the slices that were read: a
 * stratified sample of clusters (Cochran, Sampling Techniques, 1977, sections 5.3 and 9.3). An hour
 * with one slice has no variance, and shares that of the next one (collapsed
 * strata, section 5A.12). The interval is that of a logarithm (Buckland et al., Distance Sampling,
 * 1993, section 3.6.1): slices with bursts are few, and a sample without one is too low more often than
 * one with many is too high.
 */
export function estimateTotal(
  { strata, read }: Readonly<{ strata: readonly Stratum[]; read: readonly Slice[] }>,
  startsMs: Iterable<number>,
): EstimatedTotal {
  const counts = countIn(read, startsMs);
  const hours = strata
    .map((stratum) => ({
      of: stratum.length,
      counts: stratum
        .map(({ startMs }) => counts.get(startMs))
        .filter((count) => count !== undefined),
    }))
    .filter((hour) => hour.counts.length > 0);
  let [estimate, variance, ofRead, degrees] = [0, 0, 0, 0];
  for (const group of inGroups(hours)) {
    const ofGroup = group.flatMap((hour) => hour.counts);
    const spread = varianceOf(ofGroup);
    degrees += ofGroup.length - 1;
    for (const { of, counts: ofHour } of group) {
      const n = ofHour.length;
      ofRead += of;
      estimate += (of / n) * sumOf(ofHour);
      variance += of * of * (1 - n / of) * (spread / n);
    }
  }
  // Hours of which nothing was read count like the others.
  const scale = ofRead === 0 ? 0 : sumOf(strata.map(({ length }) => length)) / ofRead;
  const total = estimate * scale;
  const relative = estimate === 0 ? 0 : variance / estimate ** 2;
  const factor = Math.exp(quantileOf(Math.max(1, degrees)) * Math.sqrt(Math.log1p(relative)));
  return {
    estimate: Math.round(total),
    low: Math.max(sumOf([...counts.values()]), Math.floor(total / factor)),
    high: Math.ceil(total * factor),
  };
}

/** By the start of the slice. */
function countIn(read: readonly Slice[], startsMs: Iterable<number>): Map<number, number> {
  const counts = new Map(read.map(({ startMs }) => [startMs, 0]));
  const find = sliceFinder(read);
  for (const atMs of startsMs) {
    const slice = find(atMs);
    if (slice !== null) counts.set(slice.startMs, (counts.get(slice.startMs) ?? 0) + 1);
  }
  return counts;
}

/** Finds the slice that holds a moment; null: none of them does. */
export function sliceFinder(slices: readonly Slice[]): (atMs: number) => Slice | null {
  const inOrder = slices.toSorted((one, other) => one.startMs - other.startMs);
  return (atMs) => {
    let [low, high] = [0, inOrder.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((inOrder[middle]?.startMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    const slice = inOrder[low - 1];
    return slice !== undefined && atMs < slice.endMs ? slice : null;
  };
}

/** Neighbouring hours, so that each group has two slices at least. */
function inGroups(hours: readonly Hour[]): readonly (readonly Hour[])[] {
  const groups: Hour[][] = [];
  for (const hour of hours) {
    const last = groups.at(-1);
    if (last === undefined || sliceCount(last) >= 2) groups.push([hour]);
    else last.push(hour);
  }
  const last = groups.at(-1) ?? [];
  if (sliceCount(last) < 2 && groups.length > 1) groups.at(-2)?.push(...(groups.pop() ?? []));
  return groups;
}

const sliceCount = (group: readonly Hour[]): number =>
  sumOf(group.map(({ counts }) => counts.length));

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function varianceOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = sumOf(values) / values.length;
  return sumOf(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
}
