import type { Sides } from '../../cohorts/cohort.ts';
import type { Scale } from '../scale.ts';
import { type Contrast, centreOf, type Test } from '../statistics.ts';
import { besidePlacebos } from './placebos.ts';
import { FEWEST_WINDOWS, testSeries, testTwoSeries } from './series.ts';
import { differencesOf, type Series, valuesOfWindows } from './window-values.ts';
import type { Windowed } from './windowed-sample.ts';

/** a minus b over windows of the clock, at the same mix of operations on both sides. */
export function contrastWindows(windowed: Windowed, scale: Scale): Contrast {
  const { windows, sides, mix } = windowed;
  const series = valuesOfWindows(sides, { mix, scale });
  const counted = {
    values: { a: countOf(sides.a.figures), b: countOf(sides.b.figures) },
    runs: { a: series.a.values.length, b: series.b.values.length },
  };
  if (Math.min(counted.runs.a, counted.runs.b) === 0) {
    return { ...counted, estimate: null, test: null };
  }
  const { cosines, why } = windows.merging;
  if (windows.kind === 'before-after') return { ...counted, ...beforeAndAfter(series, cosines) };
  const { estimate, test } =
    windows.kind === 'windows' ? inTurn(series, cosines) : inPairs(series, cosines);
  return why === null
    ? { ...counted, estimate, test }
    : { ...counted, estimate, test: null, untested: { test, why } };
}

const countOf = (figures: readonly Float64Array[]) =>
  figures.reduce((sum, { length }) => sum + length, 0);

type Tested = Pick<Contrast, 'estimate' | 'test' | 'untested' | 'beside'>;

/** Of windows that both sides have. */
function inPairs(series: Sides<Series>, cosines: number): Tested {
  const { values } = differencesOf(series);
  if (values.length === 0) return { estimate: null, test: null };
  if (values.length < FEWEST_WINDOWS) return { estimate: centreOf(values), test: null };
  const test = testSeries(values, cosines);
  return { estimate: test.estimate, test };
}

function inTurn({ a, b }: Sides<Series>, cosines: number): Tested {
  const estimate = centreOf(a.values) - centreOf(b.values);
  if (Math.min(a.values.length, b.values.length) < FEWEST_WINDOWS) return { estimate, test: null };
  return { estimate, test: testTwoSeries(a.values, b.values, cosines) };
}

function beforeAndAfter(series: Sides<Series>, cosines: number): Tested {
  const { a, b } = series;
  const aFirst = (a.at[0] as number) < (b.at[0] as number);
  const found = aFirst ? besidePlacebos(a, b) : besidePlacebos(b, a);
  if (found === null) {
    const { estimate, test } = inTurn(series, cosines);
    const why =
      'one side ran before the other, and too little earlier traffic shows how far neighbouring ' +
      'stretches of time differ where nothing was changed';
    return { estimate, test: null, untested: { test, why } };
  }
  const test = aFirst ? found.test : reversed(found.test);
  const { placebos, stretch } = found;
  return { estimate: test.estimate, test, beside: { placebos, stretch } };
}

const reversed = (test: Test): Test => ({ ...test, estimate: -test.estimate });
