import { type PairedRun, pairRuns, type Run, runsOf } from '../cohorts/pairing.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import { type Windowed, windowPairs, windowSides } from './windows/windowed-sample.ts';
import type { WindowKind, Windows } from './windows/windows.ts';

/** The first two belong to the load generator of this system; the others are of any traffic. */
export type DesignName = 'paired-runs' | 'runs' | WindowKind;

/** How the requests of the two cohorts are laid against each other. */
export type Design = Readonly<
  (
    | { paired: true; runs: readonly PairedRun[] }
    | { paired: false; a: readonly Run[]; b: readonly Run[] }
  ) & { windows?: Windows }
>;

/** Paired where most requests of the smaller cohort have a partner, else run against run. */
export function chooseDesign(a: readonly RequestRecord[], b: readonly RequestRecord[]): Design {
  const runs = pairRuns(a, b);
  const pairs = runs.reduce((sum, run) => sum + run.pairs.length, 0);
  if (pairs > 0 && pairs >= Math.min(a.length, b.length) / 2) return { paired: true, runs };
  return { paired: false, a: runsOf(a), b: runsOf(b) };
}

/** A figure of the requests by run, those left out for which it is not known. */
export type Sample = Readonly<
  (
    | { paired: true; runs: readonly FigurePairs[] }
    | { paired: false; a: readonly ArrayLike<number>[]; b: readonly ArrayLike<number>[] }
  ) & { windowed?: Windowed }
>;
/** Those at one place are of one pair. */
export type FigurePairs = Readonly<{ a: ArrayLike<number>; b: ArrayLike<number> }>;

/**
 * `figureOf` gives null where a request does not count (other stratum, error, hop absent); of a pair
 * both must count, and a run without any such request is gone.
 */
export function sampleOf(
  design: Design,
  figureOf: (record: RequestRecord) => number | null,
): Sample {
  const { windows } = design;
  if (windows !== undefined) {
    return design.paired
      ? windowPairs(design.runs, windows, figureOf)
      : windowSides(design, windows, figureOf);
  }
  if (design.paired) {
    const runs = design.runs.map(({ pairs }) => figurePairsOf(pairs, figureOf));
    return { paired: true, runs: runs.filter(({ a }) => a.length > 0) };
  }
  const of = (runs: readonly Run[]) =>
    runs
      .map(({ records }) => {
        const figures = records.map(figureOf).filter((figure) => figure !== null);
        return Float64Array.from(figures);
      })
      .filter((run) => run.length > 0);
  return { paired: false, a: of(design.a), b: of(design.b) };
}

/** In columns: each hop of a large comparison has as many pairs as that has requests. */
function figurePairsOf(
  pairs: PairedRun['pairs'],
  figureOf: (record: RequestRecord) => number | null,
): FigurePairs {
  const [a, b] = [new Float64Array(pairs.length), new Float64Array(pairs.length)];
  let filled = 0;
  for (const pair of pairs) {
    const [ofA, ofB] = [figureOf(pair.a), figureOf(pair.b)];
    if (ofA === null || ofB === null) continue;
    a[filled] = ofA;
    b[filled] = ofB;
    filled += 1;
  }
  return { a: a.subarray(0, filled), b: b.subarray(0, filled) };
}

/** All figures of both sides, the runs forgotten. */
export function figuresOf(sample: Sample): Readonly<{ a: Float64Array; b: Float64Array }> {
  if (!sample.paired) return { a: joined(sample.a), b: joined(sample.b) };
  return { a: joined(sample.runs.map(({ a }) => a)), b: joined(sample.runs.map(({ b }) => b)) };
}

function joined(runs: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(runs.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const run of runs) {
    all.set(run, filled);
    filled += run.length;
  }
  return all;
}
