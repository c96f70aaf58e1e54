import { mean } from 'simple-statistics';
import { type Centre, studentTest, type Test, testCentres, trim } from '../statistics.ts';

/** Below these no error can be told from what neighbouring windows share. */
export const FEWEST_WINDOWS = 12;

/** What a correlation of 0.1, the most that counts as none, adds to the variance of a mean. */
const LEFT_OVER = 1.1 / 0.9;

/** Whether the centre of values over time is zero, however neighbours resemble each other. */
export function testSeries(values: readonly number[], cosines: number): Test {
  const { mean: estimate, variance, degreesOfFreedom } = overTime(values, cosines);
  return studentTest(estimate, Math.sqrt(variance), degreesOfFreedom);
}

/** Whether two of them have the same centre. */
export const testTwoSeries = (a: readonly number[], b: readonly number[], cosines: number): Test =>
  testCentres(overTime(a, cosines), overTime(b, cosines));

/**
 * The trimmed mean with the error that it has in a series whose values depend on each other: the mean
 * square of the series' weights on the slowest cosines, which are as many degrees of freedom
 * (equal-weighted cosines: Müller 2004; Lazarus, Lewis, Stock and Watson 2018). What varies faster
 * averages out; what varies as slowly as the series is long is what moves its mean.
 *
 *     1st cosine  ▔▔▔╲___      2nd  ▔╲_╱▔      the series is winsorised, as the mean is trimmed
 */
function overTime(values: readonly number[], cosines: number): Centre {
  const { mean: centre, kept, winsorised } = trim(values);
  const count = values.length;
  const middle = mean(winsorised as number[]);
  let squares = 0;
  for (let cosine = 1; cosine <= cosines; cosine += 1) {
    let weight = 0;
    for (const [place, value] of winsorised.entries()) {
      weight += (value - middle) * Math.cos((Math.PI * cosine * (place + 0.5)) / count);
    }
    squares += (2 / count) * weight * weight;
  }
  const perWindow = squares / cosines;
  return {
    mean: centre,
    variance: (LEFT_OVER * perWindow * count) / (kept * kept),
    degreesOfFreedom: cosines,
  };
}
