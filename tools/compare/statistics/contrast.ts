import type { Sample } from './design.ts';
import { centreOf, oneSample, type Test, twoSamples } from './statistics.ts';
import { typicalOf } from './typical.ts';
import { contrastWindows } from './windows/contrast-windows.ts';
import type { Scale } from './windows/window-values.ts';

/** Below six runs not even "all runs say so" is rarer than 5 % by chance (2 in 2^5). */
export const FEWEST_RUNS = 6;
/** Values on each side below which no typical request can be spoken of. */
export const FEWEST_VALUES = 20;

export type Contrast = Readonly<{
  /** Requests that entered, on each side. */
  values: Readonly<{ a: number; b: number }>;
  runs: Readonly<{ a: number; b: number }>;
  /** a minus b, the typical run's; null where no run has a value on both sides. */
  estimate: number | null;
  /** null where the data are too few for a verdict. */
  test: Test | null;
  /** Where figures stand and yet nothing may be called: what the data would find otherwise. */
  untested?: Readonly<{ test: Test | null; why: string }>;
  /** Of one side before the other: beside how many placebos it stands, of how many windows each. */
  beside?: Readonly<{ placebos: number; stretch: number }>;
}>;

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
