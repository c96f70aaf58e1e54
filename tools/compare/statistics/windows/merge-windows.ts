import { mean } from 'simple-statistics';
import { LOGARITHM } from '../scale.ts';
import { lagOne } from './lag-one.ts';
import { FEWEST_WINDOWS } from './series.ts';
import { cellsOfWindows, differencesOf, type Series, seriesOfCells } from './window-values.ts';
import type { Windowed } from './windowed-sample.ts';
import type { Merging } from './windows.ts';

/** Neighbours whose correlation is below this count as independent. */
const INDEPENDENT = 0.1;
/** What may be left at the fewest windows: then only the slowest movements show it. */
const TOLERATED = 0.5;
/** More windows than these hide a correlation that lasts under the noise of each. */
const MOST_LEFT = 24;
/** Independent at every length, once merged, or tolerated. */
const COSINES = { always: 8, merged: 3, tolerated: 2 } as const;

/** Before there is anything to look at. */
export const NOT_MERGED: Merging = {
  left: 0,
  correlation: null,
  cosines: COSINES.merged,
  why: null,
};

/**
 * Merges neighbouring windows until they no longer resemble each other (of two sides in turn: on
 * average). The more it takes, the slower are the movements that the error must be estimated from.
 */
export function mergeWindows(windowed: Windowed): Merging {
  const lengths = correlationsByLength(windowed);
  const few = lengths.filter(({ left }) => left <= MOST_LEFT);
  const independent = few.find(isIndependent);
  if (independent !== undefined) {
    const cosines = lengths.every(isIndependent) ? COSINES.always : COSINES.merged;
    return { ...independent, cosines, why: null };
  }
  const fewest = few.at(-1);
  if (fewest === undefined) return NOT_MERGED;
  const { left, correlation } = fewest;
  const isTolerated = correlation !== null && correlation < TOLERATED;
  const why = isTolerated
    ? null
    : `neighbouring windows resemble each other too much, even when they are merged to ${left}`;
  return { ...fewest, cosines: COSINES.tolerated, why };
}

type Length = Pick<Merging, 'left' | 'correlation'>;

const isIndependent = ({ correlation }: Length) =>
  correlation !== null && correlation < INDEPENDENT;

/** The longer the windows, the fewer are left; as long as there are enough. */
function correlationsByLength({ windows, sides, mix }: Windowed): readonly Length[] {
  if (windows.kind === 'before-after') return [];
  const cells = cellsOfWindows(sides, { mix, scale: { a: LOGARITHM, b: LOGARITHM } });
  const lengths: Length[] = [];
  for (let mergedBy = 1; ; mergedBy += 1) {
    const both = seriesOfCells(cells, { mix, mergedBy });
    const series = windows.kind === 'windows' ? [both.a, both.b] : [differencesOf(both)];
    const left = Math.min(...series.map(({ values }) => values.length));
    if (left < FEWEST_WINDOWS) return lengths;
    lengths.push({ left, correlation: correlationOf(series) });
  }
}

function correlationOf(series: readonly Series[]): number | null {
  const known = series.map(lagOne).filter((correlation) => correlation !== null);
  return known.length < series.length ? null : mean(known);
}
