import type { FigurePairs, Sample } from './design.ts';
import { type Scale, type SideScale, scaled } from './scale.ts';
import { type Contrast, centreOf, oneSample, twoSamples } from './statistics.ts';
import { typicalOf } from './typical.ts';
import { contrastWindows } from './windows/contrast-windows.ts';

/** Below six runs not even "all runs say so" is rarer than 5 % by chance (2 in 2^5). */
export const FEWEST_RUNS = 6;
/** Values on each side below which no typical request can be spoken of. */
export const FEWEST_VALUES = 20;

/** a minus b: of pairs the typical difference per run, else the typical figure per run and side. */
export function contrast(sample: Sample, scale: Scale): Contrast {
  if (sample.windowed !== undefined) {
    const found = contrastWindows(sample.windowed, scale);
    return Math.min(found.values.a, found.values.b) < FEWEST_VALUES
      ? { ...found, test: null }
      : found;
  }
  if (sample.paired) {
    const typical = sample.runs.map((run) => typicalDifference(run, scale));
    const runs = { a: typical.length, b: typical.length };
    const count = countOf(sample.runs.map(({ a }) => a));
    const values = { a: count, b: count };
    const test = isEnough(values, runs) ? oneSample(typical) : null;
    const estimate = typical.length === 0 ? null : centreOf(typical);
    return { values, runs, estimate: test?.estimate ?? estimate, test };
  }
  const a = sample.a.map((run) => typicalFigure(run, scale.a));
  const b = sample.b.map((run) => typicalFigure(run, scale.b));
  const runs = { a: a.length, b: b.length };
  const values = { a: countOf(sample.a), b: countOf(sample.b) };
  const test = isEnough(values, runs) ? twoSamples(a, b) : null;
  const estimate = a.length === 0 || b.length === 0 ? null : centreOf(a) - centreOf(b);
  return { values, runs, estimate: test?.estimate ?? estimate, test };
}

/** Used again for each run: an interval makes some ten thousand of them. */
let values = new Float64Array(256);
const roomFor = (length: number): Float64Array => {
  if (values.length < length) values = new Float64Array(2 * length);
  return values;
};

function typicalDifference({ a, b }: FigurePairs, scale: Scale): number {
  const differences = roomFor(a.length);
  for (let index = 0; index < a.length; index += 1) {
    differences[index] = scaled(a[index] as number, scale.a) - scaled(b[index] as number, scale.b);
  }
  return typicalOf(differences, a.length);
}

function typicalFigure(run: ArrayLike<number>, scale: SideScale): number {
  const figures = roomFor(run.length);
  for (let index = 0; index < run.length; index += 1) {
    figures[index] = scaled(run[index] as number, scale);
  }
  return typicalOf(figures, run.length);
}

const countOf = (runs: readonly ArrayLike<number>[]) =>
  runs.reduce((sum, run) => sum + run.length, 0);

function isEnough(values: Contrast['values'], runs: Contrast['runs']): boolean {
  return Math.min(runs.a, runs.b) >= FEWEST_RUNS && Math.min(values.a, values.b) >= FEWEST_VALUES;
}
