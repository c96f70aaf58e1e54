import { inSample, type Sample } from './sample.ts';
import type { FileBudget } from './sample-options.ts';
import type { SeenTraces } from './seen-traces.ts';
import { HOUR_MS, inTurn, MINUTE_MS, type Slice, type Stratum, strataOf } from './slices.ts';

/** A run of the load generator lies in a minute; shorter ones only where few minutes would fit. */
const LENGTHS_MS = [MINUTE_MS, 10_000, 1_000, 100];
/** Fewer slices make no sample. */
const FEWEST_SLICES = 20;
/** Shorter slices are tried only where they are not more. */
const MOST_SLICES = 100_000;

type Options = Readonly<{ budget: FileBudget; bytes: number; seed: number }>;

/** `isWanted`: of a trace by its place in the files. */
export type Chosen = Readonly<{ sample: Sample; isWanted: (place: number) => boolean }>;

/** The slices that fit into the budget, as many of every hour; null: all of them do. */
export function chooseSlices(seen: SeenTraces, options: Options): Chosen | null {
  let best: Readonly<{
    strata: readonly Stratum[];
    read: readonly Slice[];
    sliceMs: number;
  }> | null = null;
  const extent = extentOf(seen);
  for (const sliceMs of LENGTHS_MS) {
    if (best !== null && (extent.hours.size * HOUR_MS) / sliceMs > MOST_SLICES) break;
    const strata = strataOfHours(extent, { sliceMs, seed: options.seed });
    const slices = inTurn(strata, options.seed);
    const count = fitting(slices, weightsOf(seen, sliceMs), { ...options, spans: seen.spans() });
    if (count === slices.length) return null;
    best = { strata, sliceMs, read: slices.slice(0, Math.max(1, count)) };
    if (count >= Math.min(FEWEST_SLICES, options.budget.runs)) break;
  }
  if (best === null) return null;
  const { strata, read, sliceMs } = best;
  const { seed, budget } = options;
  const of = { strata, read, sliceMs, seed, traces: seen.length() };
  const isRead = inSample({ ...of, failures: 'all' });
  const wanted = new Uint8Array(Math.ceil(seen.length() / 8));
  let outside = 0;
  for (let place = 0; place < seen.length(); place += 1) {
    const isIn = isRead(seen.startMs(place));
    const isFailure = !isIn && seen.hasFailed(place);
    if (isFailure) outside += 1;
    if (!isIn && !(isFailure && outside <= budget.outside)) continue;
    wanted[place >> 3] = (wanted[place >> 3] as number) | (1 << (place & 7));
  }
  return {
    sample: { ...of, failures: outside <= budget.outside ? 'all' : 'part' },
    isWanted: (place) => ((wanted[place >> 3] as number) & (1 << (place & 7))) !== 0,
  };
}

type Weight = { traces: number; spans: number };

/** By the number of the slice since the epoch. */
function weightsOf(seen: SeenTraces, sliceMs: number): ReadonlyMap<number, Weight> {
  const weights = new Map<number, Weight>();
  for (let place = 0; place < seen.length(); place += 1) {
    const slice = Math.floor(seen.startMs(place) / sliceMs);
    const weight = weights.get(slice) ?? { traces: 0, spans: 0 };
    weight.traces += 1;
    weight.spans += seen.spansOf(place);
    weights.set(slice, weight);
  }
  return weights;
}

/** How many slices, in their order, fit. Spans share the bytes of the files evenly. */
function fitting(
  slices: readonly Slice[],
  weights: ReadonlyMap<number, Weight>,
  { budget, bytes, spans }: Options & Readonly<{ spans: number }>,
): number {
  let left = { traces: budget.traces, bytes: budget.bytes };
  for (const [place, { startMs, endMs }] of slices.entries()) {
    const weight = weights.get(Math.floor(startMs / (endMs - startMs)));
    if (place === budget.runs) return place;
    if (weight === undefined) continue;
    left = {
      traces: left.traces - weight.traces,
      bytes: left.bytes - (bytes * weight.spans) / spans,
    };
    if (left.traces < 0 || left.bytes < 0) return place;
  }
  return slices.length;
}

type Extent = Readonly<{ hours: ReadonlySet<number>; firstMs: number; lastMs: number }>;

/** When traces begin. Files may lie days apart: hours without a trace are no part of the window. */
function extentOf(seen: SeenTraces): Extent {
  const hours = new Set<number>();
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let place = 0; place < seen.length(); place += 1) {
    const startMs = seen.startMs(place);
    hours.add(Math.floor(startMs / HOUR_MS));
    firstMs = Math.min(firstMs, startMs);
    lastMs = Math.max(lastMs, startMs);
  }
  return { hours, firstMs, lastMs };
}

/** The window begins and ends with a complete slice. */
function strataOfHours(
  { hours, firstMs, lastMs }: Extent,
  { sliceMs, seed }: Readonly<{ sliceMs: number; seed: number }>,
): readonly Stratum[] {
  const windowStartMs = Math.floor(firstMs / sliceMs) * sliceMs;
  const windowEndMs = (Math.floor(lastMs / sliceMs) + 1) * sliceMs;
  return [...hours]
    .sort((one, other) => one - other)
    .flatMap((hour) => {
      const startMs = Math.max(windowStartMs, hour * HOUR_MS);
      const endMs = Math.min(windowEndMs, (hour + 1) * HOUR_MS);
      return strataOf({ startMs, endMs }, sliceMs, seed);
    });
}
