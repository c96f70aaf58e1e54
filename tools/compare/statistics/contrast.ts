import type { Sample } from './design.ts';
import { type Contrast, centreOf, oneSample, twoSamples } from './statistics.ts';
import { typicalOf } from './typical.ts';
import { contrastWindows } from './windows/contrast-windows.ts';
import type { Scale } from './windows/window-values.ts';

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
    const typical = sample.runs.map(({ a, b }) =>
      typicalOf(a.length, (index) => scale.a(a[index] as number) - scale.b(b[index] as number)),
    );
    const runs = { a: typical.length, b: typical.length };
    const count = countOf(sample.runs.map(({ a }) => a));
    const values = { a: count, b: count };
    const test = isEnough(values, runs) ? oneSample(typical) : null;
    const estimate = typical.length === 0 ? null : centreOf(typical);
    return { values, runs, estimate: test?.estimate ?? estimate, test };
  }
  const typical = (runs: readonly ArrayLike<number>[], scaled: (figure: number) => number) =>
    runs.map((run) => typicalOf(run.length, (index) => scaled(run[index] as number)));
  const [a, b] = [typical(sample.a, scale.a), typical(sample.b, scale.b)];
  const runs = { a: a.length, b: b.length };
  const values = { a: countOf(sample.a), b: countOf(sample.b) };
  const test = isEnough(values, runs) ? twoSamples(a, b) : null;
  const estimate = a.length === 0 || b.length === 0 ? null : centreOf(a) - centreOf(b);
  return { values, runs, estimate: test?.estimate ?? estimate, test };
}

const countOf = (runs: readonly ArrayLike<number>[]) =>
  runs.reduce((sum, run) => sum + run.length, 0);

function isEnough(values: Contrast['values'], runs: Contrast['runs']): boolean {
  return Math.min(runs.a, runs.b) >= FEWEST_RUNS && Math.min(values.a, values.b) >= FEWEST_VALUES;
}
