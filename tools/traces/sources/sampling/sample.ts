import type { Trace } from '../../model.ts';
import { type EstimatedTotal, estimateTotal, sliceFinder } from './estimate.ts';
import { MINUTE_MS, type Slice, type Stratum } from './slices.ts';

/** The part of a window that was read: slices of time, the same for both cohorts. */
export type Sample = Readonly<{
  strata: readonly Stratum[];
  /** In any order. */
  read: readonly Slice[];
  sliceMs: number;
  seed: number;
  /** Which of the traces outside of the slices in which something failed were read as well. */
  failures: 'all' | 'part';
  /** How many traces the window has; null where that can only be estimated. */
  traces: number | null;
}>;

/** When its first span starts: that decides its slice. */
export const startOf = ({ spans }: Trace): number =>
  spans.reduce((firstMs, { startMs }) => Math.min(firstMs, startMs), Number.POSITIVE_INFINITY);

/** Says of a moment whether it is in a slice that was read. */
export function inSample({ read }: Sample): (atMs: number) => boolean {
  const find = sliceFinder(read);
  return (atMs) => find(atMs) !== null;
}

/** Samples that lie in several files, as one; null: none. */
export function mergeSamples(samples: readonly Sample[]): Sample | null {
  const [first] = samples;
  if (first === undefined || samples.length === 1) return first ?? null;
  const isNew = firstOfEach();
  const isNewRead = firstOfEach();
  return {
    ...first,
    strata: samples
      .flatMap(({ strata }) => strata.map((stratum) => stratum.filter(isNew)))
      .filter(({ length }) => length > 0),
    read: samples.flatMap(({ read }) => read).filter(isNewRead),
    failures: samples.every(({ failures }) => failures === 'all') ? 'all' : 'part',
    traces: samples.reduce<number | null>(
      (sum, { traces }) => (sum === null || traces === null ? null : sum + traces),
      0,
    ),
  };
}

/** Says of each slice whether it has not come before. */
function firstOfEach(): (slice: Slice) => boolean {
  const starts = new Set<number>();
  return ({ startMs }) => starts.size < starts.add(startMs).size;
}

/** What was read, in words; `startsMs`: of the traces in the slices. */
export function describeSample(sample: Sample, startsMs: Iterable<number>): string {
  const { strata, read, sliceMs, seed, failures } = sample;
  const all = strata.reduce((sum, { length }) => sum + length, 0);
  const traces =
    sample.traces === null
      ? `an estimated ${estimateWords(estimateTotal(sample, startsMs))}`
      : String(sample.traces);
  return (
    `of ${traces} traces those that began in ${read.length} of ${all} ${sliceWords(sliceMs)}, ` +
    `equally many from every hour, chosen by --seed ${seed}` +
    FAILURES[failures]
  );
}

const FAILURES: Readonly<Record<Sample['failures'], string>> = {
  all: '. Requests that failed are those of the complete window',
  part: '. Of the requests that failed in the rest of the window, only the first were read',
};

function sliceWords(sliceMs: number): string {
  if (sliceMs === MINUTE_MS) return 'minutes';
  if (sliceMs > MINUTE_MS) return `slices of ${sliceMs / MINUTE_MS} minutes`;
  return sliceMs < 1_000 ? `slices of ${sliceMs} ms` : `slices of ${sliceMs / 1_000} s`;
}

/** `28800 (28100 to 29600)` */
export const estimateWords = ({ estimate, low, high }: EstimatedTotal): string =>
  low === estimate && high === estimate ? `${estimate}` : `${estimate} (${low} to ${high})`;
