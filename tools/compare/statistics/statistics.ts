/**
 * The statistics of a comparison, free of traces and of printing. Requests of one run are not
 * independent: they share the instance, the neighbours, the minute. So the sample is the runs. A
 * run's requests are first reduced to one value, their typical one; the runs' values to their
 * trimmed mean, which no single bad run can rule, with the t-test that belongs to it (Tukey and
 * McLaughlin for one sample, Yuen for two). Estimate, interval and p-value are of this one family,
 * so they cannot contradict each other. Rank tests would be as robust, but with the 6 to 12 runs of
 * a short comparison their smallest p-value is too large to survive the adjustment for many hops.
 */

import jstat from 'jstat';
import { mean } from 'simple-statistics';
import { foundFrom } from './power.ts';
import { ascending } from './quantiles.ts';

const { studentt } = jstat;

export type Test = Readonly<{
  estimate: number;
  /** Half the width of an interval that holds the truth with probability 1 - alpha. */
  halfWidth(alpha: number): number;
  /**
   * Two-sided p-value of "the truth is no further from zero than `threshold`"; 0 is the usual test.
   * At a true difference of the threshold it is below alpha in at most alpha of all cases.
   */
  pValue(threshold?: number): number;
  /** How far from zero the truth must lie for a p-value below alpha in 80 of 100 cases. */
  smallest(alpha: number): number;
}>;

/** What one comparison of two samples gives. */
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

/** The share of the runs that is set aside at either end; of three runs and more at least one. */
const TRIMMED_SHARE = 0.1;

export type Trimmed = Readonly<{
  mean: number;
  /** How many values are in that mean. */
  kept: number;
  /** All values in their order, the extremes as far as the trimmed ones go. */
  winsorised: readonly number[];
}>;

/** The mean without the extremes: what a typical run has. Throws on an empty list. */
export const centreOf = (values: readonly number[]): number => trim(values).mean;

export function trim(values: readonly number[]): Trimmed {
  if (values.length === 0) throw new RangeError('a centre needs at least one value');
  const sorted = Array.from(ascending(values));
  const cut = values.length < 3 ? 0 : Math.max(1, Math.floor(values.length * TRIMMED_SHARE));
  const kept = sorted.slice(cut, sorted.length - cut);
  const [lowest, highest] = [kept[0] as number, kept.at(-1) as number];
  const winsorised = values.map((value) => Math.min(highest, Math.max(lowest, value)));
  return { mean: mean(kept), kept: kept.length, winsorised };
}

/** A mean with its error. */
export type Centre = Readonly<{
  mean: number;
  /** Of that mean: from the winsorised squares, as its trimmed values alone would flatter it. */
  variance: number;
  degreesOfFreedom: number;
}>;

function independent(values: readonly number[]): Centre {
  const { mean: centre, kept, winsorised } = trim(values);
  const middle = mean(winsorised as number[]);
  const squares = winsorised.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return {
    mean: centre,
    variance: squares / (kept * (kept - 1)),
    degreesOfFreedom: kept - 1,
  };
}

/** Four values stay two after trimming: the fewest that have a spread. */
const FEWEST_TO_TEST = 4;

/** Whether the centre over runs is zero (one value per run, or per pair of runs). */
export function oneSample(values: readonly number[]): Test {
  if (values.length < FEWEST_TO_TEST) {
    throw new RangeError(`oneSample needs ${FEWEST_TO_TEST} values, got ${values.length}`);
  }
  const { mean: estimate, variance, degreesOfFreedom } = independent(values);
  return studentTest(estimate, Math.sqrt(variance), degreesOfFreedom);
}

/** Whether the centres of two independent sets of runs differ, however unlike their spreads are. */
export function twoSamples(a: readonly number[], b: readonly number[]): Test {
  if (Math.min(a.length, b.length) < FEWEST_TO_TEST) {
    throw new RangeError(
      `twoSamples needs ${FEWEST_TO_TEST} values each, got ${a.length} and ${b.length}`,
    );
  }
  return testCentres(independent(a), independent(b));
}

/** Welch's degrees of freedom. */
export function testCentres(ofA: Centre, ofB: Centre): Test {
  const variance = ofA.variance + ofB.variance;
  const degreesOfFreedom =
    variance === 0
      ? ofA.degreesOfFreedom + ofB.degreesOfFreedom
      : variance ** 2 /
        (ofA.variance ** 2 / ofA.degreesOfFreedom + ofB.variance ** 2 / ofB.degreesOfFreedom);
  return studentTest(ofA.mean - ofB.mean, Math.sqrt(variance), degreesOfFreedom);
}

export function studentTest(estimate: number, error: number, degreesOfFreedom: number): Test {
  return {
    estimate,
    halfWidth: (alpha) => (error === 0 ? 0 : error * studentt.inv(1 - alpha / 2, degreesOfFreedom)),
    pValue: (threshold = 0) => {
      const beyond = Math.abs(estimate) - threshold;
      if (beyond <= 0) return 1;
      // No spread at all between runs: as sure as figures can be.
      return error === 0 ? 0 : Math.min(1, 2 * studentt.cdf(-beyond / error, degreesOfFreedom));
    },
    smallest: (alpha) => (error === 0 ? 0 : error * foundFrom(degreesOfFreedom, alpha)),
  };
}

/**
 * Holm's step-down adjustment: a p-value below 5 % after it is so with any dependence between the
 * tests, and the chance of even one false verdict among them stays at or below 5 %.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, index) => index);
  order.sort((one, other) => (pValues[one] as number) - (pValues[other] as number));
  const adjusted = new Array<number>(pValues.length);
  let floor = 0;
  for (const [rank, index] of order.entries()) {
    floor = Math.max(floor, Math.min(1, (pValues[index] as number) * (pValues.length - rank)));
    adjusted[index] = floor;
  }
  return adjusted;
}
