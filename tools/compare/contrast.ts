import type { Estimate } from './comparison.ts';
import { type PairedRun, pairRuns, type Run, runsOf } from './pairing.ts';
import type { RequestRecord } from './request-record.ts';
import { oneSample, type Test, twoSamples, typicalOf } from './statistics.ts';

/** Below six runs not even "all runs say so" is rarer than 5 % by chance (2 in 2^5). */
export const FEWEST_RUNS = 6;
/** Values on each side below which no typical request can be spoken of. */
export const FEWEST_VALUES = 20;

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

export type Contrast = Readonly<{
  /** Requests that entered, on each side. */
  values: Readonly<{ a: number; b: number }>;
  runs: Readonly<{ a: number; b: number }>;
  /** a minus b, the typical run's; null where no run has a value on both sides. */
  estimate: number | null;
  /** null where the data are too few for a verdict. */
  test: Test | null;
}>;

/**
 * The difference a minus b of a figure. `figureOf` gives null where a request does not count (other
 * stratum, error, hop absent).
 */
export function contrast(
  design: Design,
  figureOf: (record: RequestRecord) => number | null,
): Contrast {
  if (design.paired) {
    let values = 0;
    const typical: number[] = [];
    for (const { pairs } of design.runs) {
      const differences: number[] = [];
      for (const { a, b } of pairs) {
        const [ofA, ofB] = [figureOf(a), figureOf(b)];
        if (ofA !== null && ofB !== null) differences.push(ofA - ofB);
      }
      if (differences.length === 0) continue;
      values += differences.length;
      typical.push(typicalOf(differences));
    }
    const enough = typical.length >= FEWEST_RUNS && values >= FEWEST_VALUES;
    return {
      values: { a: values, b: values },
      runs: { a: typical.length, b: typical.length },
      estimate: typical.length === 0 ? null : average(typical),
      test: enough ? oneSample(typical) : null,
    };
  }
  const a = typicalOfRuns(design.a, figureOf);
  const b = typicalOfRuns(design.b, figureOf);
  const enough =
    Math.min(a.typical.length, b.typical.length) >= FEWEST_RUNS &&
    Math.min(a.values, b.values) >= FEWEST_VALUES;
  const none = a.typical.length === 0 || b.typical.length === 0;
  return {
    values: { a: a.values, b: b.values },
    runs: { a: a.typical.length, b: b.typical.length },
    estimate: none ? null : average(a.typical) - average(b.typical),
    test: enough ? twoSamples(a.typical, b.typical) : null,
  };
}

function typicalOfRuns(runs: readonly Run[], figureOf: (record: RequestRecord) => number | null) {
  let values = 0;
  const typical: number[] = [];
  for (const { records } of runs) {
    const ofRun = records.map(figureOf).filter((value) => value !== null);
    if (ofRun.length === 0) continue;
    values += ofRun.length;
    typical.push(typicalOf(ofRun));
  }
  return { values, typical };
}

const average = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The estimate with its interval at 1 - alpha, each bound through `transform`. */
export function estimateOf(
  { estimate, test }: Contrast,
  alpha: number,
  transform: (value: number) => number = (value) => value,
): Estimate {
  if (estimate === null) return { p50: null, low: null, high: null };
  if (test === null) return { p50: transform(estimate), low: null, high: null };
  const halfWidth = test.halfWidth(alpha);
  return {
    p50: transform(estimate),
    low: transform(estimate - halfWidth),
    high: transform(estimate + halfWidth),
  };
}
