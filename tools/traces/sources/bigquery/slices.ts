import { createHash } from 'node:crypto';

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;

/** Minutes since 1970; null: all of them. */
export type Slices = readonly number[] | null;

/**
 * Which minutes of a window are read, so that about `share` of its traces are: as many of every hour,
 * at least one, chosen by the seed. Both cohorts are read in the same minutes, and a minute holds
 * complete traces, so that what the cohorts have in common stays common.
 *
 *     hour   |............|............|............|
 *     read   |..x....x....|.x......x...|...x.x......|
 */
export function chooseSlices(
  window: Readonly<{ sinceMs: number; untilMs: number }>,
  { share, seed }: Readonly<{ share: number; seed: number }>,
): Slices {
  if (share >= 1) return null;
  const first = Math.floor(window.sinceMs / MINUTE_MS);
  const last = Math.ceil(window.untilMs / MINUTE_MS);
  const all = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  const hours = Map.groupBy(all, (minute) => Math.floor(minute / HOUR_MINUTES));
  return [...hours.values()].flatMap((minutes) => {
    const kept = Math.max(1, Math.floor(minutes.length * share));
    return inDrawnOrder(minutes, seed)
      .slice(0, kept)
      .toSorted((one, other) => one - other);
  });
}

/** A minute's place depends on the seed and on itself alone: a longer window keeps the order. */
const inDrawnOrder = (minutes: readonly number[], seed: number): readonly number[] =>
  minutes
    .map((minute) => ({ minute, drawn: draw(`${seed}:${minute}`) }))
    .toSorted((one, other) => (one.drawn < other.drawn ? -1 : 1))
    .map(({ minute }) => minute);

const draw = (text: string): string => createHash('sha256').update(text).digest('hex');
