import { centreOf, studentTest, type Test } from '../statistics.ts';
import type { Series } from './window-values.ts';

/** Fewer placebos say too little about how far neighbouring stretches of time differ by chance. */
const FEWEST_PLACEBOS = 6;
/** Windows of one stretch: fewer have no centre to speak of. */
const SHORTEST_STRETCH = 4;
/** Of a stretch so much must hold requests. */
const FILLED_SHARE = 0.5;

export type BesidePlacebos = Readonly<{
  /** Before minus after. */
  test: Test;
  placebos: number;
  /** Windows that each of the compared stretches has. */
  stretch: number;
}>;

/**
 * Whether the step from before to after stands out of the steps between other neighbouring stretches
 * of the same length, with the same pause between them: placebos, since nothing was changed there.
 *
 *     before │ x3 │ x2 │ x1 │  pause  │ y1 │ y2 │ y3 │ after        compared: x1 against y1
 *              └─┘  └─┘ placebos        └─┘  └─┘ placebos
 *
 * Whatever makes neighbouring stretches differ, be it noise, correlation or the time of day, does so to
 * the placebos too, so their root mean square is the error of the step. Neighbouring placebos share a
 * stretch, which leaves two thirds of their number as degrees of freedom. The stretches are the longest
 * for which there are enough placebos; null: for none are there.
 */
export function besidePlacebos(earlier: Series, later: Series): BesidePlacebos | null {
  const [before, after] = [
    within(earlier, (number) => number < (later.at[0] ?? 0)),
    within(later, (number) => number > (earlier.at.at(-1) ?? 0)),
  ];
  const [start, end] = [before.at[0], before.at.at(-1)];
  const [next, last] = [after.at[0], after.at.at(-1)];
  if (start === undefined || end === undefined || next === undefined || last === undefined) {
    return null;
  }
  const pause = next - end - 1;
  const longest = Math.min(end - start, last - next) + 1;
  for (let length = longest; length >= SHORTEST_STRETCH; length -= 1) {
    const lag = length + pause;
    const placebos = [
      ...stepsIn(before, { from: end - length + 1 - lag, by: -length, length, lag }),
      ...stepsIn(after, { from: next, by: length, length, lag }),
    ];
    if (placebos.length < FEWEST_PLACEBOS) continue;
    const compared = stepOf(
      centreAt(before, end - length + 1, length),
      centreAt(after, next, length),
    );
    if (compared === null) continue;
    const error = Math.sqrt(placebos.reduce((sum, step) => sum + step * step, 0) / placebos.length);
    const test = studentTest(compared, error, (2 / 3) * placebos.length);
    return { test, placebos: placebos.length, stretch: length };
  }
  return null;
}

type Steps = Readonly<{ from: number; by: number; length: number; lag: number }>;

/** From one stretch to the next one inside the series, beginning with the one at `from`. */
function stepsIn(series: Series, { from, by, length, lag }: Steps): readonly number[] {
  const [first = 0, last = 0] = [series.at[0], series.at.at(-1)];
  const steps: number[] = [];
  for (let at = from; at >= first && at + lag + length - 1 <= last; at += by) {
    const step = stepOf(centreAt(series, at, length), centreAt(series, at + lag, length));
    if (step !== null) steps.push(step);
  }
  return steps;
}

const stepOf = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : one - other;

function centreAt(series: Series, from: number, length: number): number | null {
  const { values } = within(series, (number) => number >= from && number < from + length);
  return values.length < FILLED_SHARE * length ? null : centreOf(values);
}

function within({ at, values }: Series, isInside: (number: number) => boolean): Series {
  const inside = (_: number, place: number) => isInside(at[place] as number);
  return { at: at.filter(inside), values: values.filter(inside) };
}
