import { createRandom } from '../../../../lib/random.ts';
import { sha256 } from '../../sha256.ts';

/** Epoch milliseconds: start ≤ t < end. A trace is of the slice in which its first span starts. */
export type Slice = Readonly<{ startMs: number; endMs: number }>;

/** The slices of one hour of the clock, in the order in which they are chosen. */
export type Stratum = readonly Slice[];

export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

/** What divides an hour: milliseconds. From a minute on the programs' runs stay complete. */
const LENGTHS_MS: readonly number[] = [
  ...[100, 200, 300, 400, 500, 600, 800, 1_000, 1_200, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000],
  ...[6_000, 8_000, 10_000, 12_000, 15_000, 20_000, 24_000, 30_000],
  ...[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60].map((minutes) => minutes * MINUTE_MS),
];

/** The longest slice that is not longer, but for those that are too short to be asked for. */
export const sliceLengthOf = (mostMs: number): number =>
  LENGTHS_MS.findLast((lengthMs) => lengthMs <= mostMs) ?? (LENGTHS_MS[0] as number);

/** The hours of a window, each in slices of this length; a window may cut the first and the last. */
export function strataOf(window: Slice, sliceMs: number, seed: number): readonly Stratum[] {
  const strata: Stratum[] = [];
  const firstHour = Math.floor(window.startMs / HOUR_MS);
  for (let hour = firstHour; hour * HOUR_MS < window.endMs; hour += 1) {
    const slices = drawnOrder(HOUR_MS / sliceMs, `${seed}:${sliceMs}:${hour}`)
      .map((index) => hour * HOUR_MS + index * sliceMs)
      .map((startMs) => ({
        startMs: Math.max(startMs, window.startMs),
        endMs: Math.min(startMs + sliceMs, window.endMs),
      }))
      .filter(({ startMs, endMs }) => startMs < endMs);
    strata.push(slices);
  }
  return strata;
}

/**
 * Slices in the order in which they are read, so that reading may end after any of them: first one of
 * every hour, then as large a part of each hour as of every other.
 *
 *     hour   |............|............|............|
 *     read   |..2....1....|.1......2...|...1.2......|
 */
export function inTurn(strata: readonly Stratum[], seed: number): readonly Slice[] {
  const hours = drawnOrder(strata.length, `${seed}:hours`);
  return strata
    .flatMap((stratum, place) =>
      stratum.map((slice, index) => ({
        slice,
        share: index === 0 ? 0 : (index + 0.5) / stratum.length,
        hour: hours[place] ?? 0,
      })),
    )
    .sort((one, other) => one.share - other.share || one.hour - other.hour)
    .map(({ slice }) => slice);
}

/** 0 to count - 1, shuffled by what the text says (Fisher and Yates). */
function drawnOrder(count: number, text: string): number[] {
  const random = createRandom(Number.parseInt(sha256(text).slice(0, 8), 16));
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [kept, moved] = [order[last] as number, order[other] as number];
    order[last] = moved;
    order[other] = kept;
  }
  return order;
}
