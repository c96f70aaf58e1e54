import { type PairedRun, pairRuns, type Run, runsOf } from '../cohorts/pairing.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';

/** How the requests of the two cohorts are laid against each other. */
export type Design = Readonly<
  | { paired: true; runs: readonly PairedRun[] }
  | { paired: false; a: readonly Run[]; b: readonly Run[] }
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
  | { paired: true; runs: readonly (readonly FigurePair[])[] }
  | { paired: false; a: readonly (readonly number[])[]; b: readonly (readonly number[])[] }
>;
export type FigurePair = Readonly<{ a: number; b: number }>;

/**
 * `figureOf` gives null where a request does not count (other stratum, error, hop absent); of a pair
 * both must count, and a run without any such request is gone.
 */
export function sampleOf(
  design: Design,
  figureOf: (record: RequestRecord) => number | null,
): Sample {
  if (design.paired) {
    const runs = design.runs.map(({ pairs }) =>
      pairs.flatMap((pair): FigurePair[] => {
        const [a, b] = [figureOf(pair.a), figureOf(pair.b)];
        return a === null || b === null ? [] : [{ a, b }];
      }),
    );
    return { paired: true, runs: runs.filter((run) => run.length > 0) };
  }
  const of = (runs: readonly Run[]) =>
    runs
      .map(({ records }) => records.map(figureOf).filter((figure) => figure !== null))
      .filter((run) => run.length > 0);
  return { paired: false, a: of(design.a), b: of(design.b) };
}

/** All figures of both sides, the runs forgotten. */
export function figuresOf(sample: Sample): Readonly<{ a: number[]; b: number[] }> {
  if (!sample.paired) return { a: sample.a.flat(), b: sample.b.flat() };
  const pairs = sample.runs.flat();
  return { a: pairs.map(({ a }) => a), b: pairs.map(({ b }) => b) };
}
