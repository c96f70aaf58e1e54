import jstat from 'jstat';
import { counted } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import { type Run, runsOf } from '../cohorts/pairing.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import { FEWEST_RUNS } from './contrast.ts';
import type { Design } from './design.ts';
import { type Estimate, UNKNOWN } from './estimate.ts';
import { ALPHA } from './overall.ts';
import { byWindow } from './windows/group-windows.ts';

const { normal, studentt } = jstat;

/** Shares of failed requests, from 0 to 1, with 95 % intervals. */
export type ErrorRates = Readonly<{
  a: Estimate;
  b: Estimate;
  /** a minus b. */
  difference: Estimate;
  /** A difference that this much data finds in 80 % of all cases; null: not known. */
  smallestDifference: number | null;
  /** Why there is no interval, in a clause; null where there is one. */
  reason: string | null;
}>;

/** Of the normal distribution: 80 % lie below. */
const BELOW_80 = 0.841621;

/** What a source knows of the complete window beside its sample: every failure, about how many requests. */
export type OfWindow = Readonly<{ errors: number; requests: number }>;

type ErrorOptions = Readonly<{
  /** What people call a run. */
  unit?: 'run' | 'window';
  alpha?: number;
  ofWindow?: Sides<OfWindow | null>;
}>;

/**
 * The intervals are Wilson's, their difference Newcombe's (1998, method 10): both hold where no
 * request failed. Failures come in bursts, so each side counts as so many requests as its runs make
 * of it, its effective sample size (Korn and Graubard 1998). `against`: why no figure compares the
 * two sides, or null.
 */
export function compareErrorRates(
  runs: Sides<readonly Run[]>,
  against: string | null,
  { unit = 'run', alpha = ALPHA, ofWindow }: ErrorOptions = {},
): ErrorRates {
  const within = normal.inv(1 - alpha / 2, 0, 1);
  const count = (side: 'a' | 'b') =>
    countErrors(runs[side], { alpha, within, ofWindow: ofWindow?.[side] ?? null });
  const [a, b] = [count('a'), count('b')];
  const fewestRuns = Math.min(a.runs, b.runs);
  const reason =
    fewestRuns < FEWEST_RUNS ? `${counted(fewestRuns, unit)}, and it needs ${FEWEST_RUNS}` : null;
  if (reason !== null) {
    const known = (rate: number | null) => ({ ...UNKNOWN, p50: rate });
    return {
      a: known(a.rate),
      b: known(b.rate),
      difference: UNKNOWN,
      smallestDifference: null,
      reason: against ?? reason,
    };
  }
  const [ofA, ofB] = [wilson(a, within), wilson(b, within)];
  const difference = ofA.rate - ofB.rate;
  const below = Math.hypot(ofA.rate - ofA.low, ofB.high - ofB.rate);
  const above = Math.hypot(ofA.high - ofA.rate, ofB.rate - ofB.low);
  const comparable = against === null;
  return {
    a: { p50: ofA.rate, low: ofA.low, high: ofA.high },
    b: { p50: ofB.rate, low: ofB.low, high: ofB.high },
    difference: comparable
      ? { p50: difference, low: difference - below, high: difference + above }
      : UNKNOWN,
    smallestDifference: comparable ? (Math.max(below, above) * (within + BELOW_80)) / within : null,
    reason: against,
  };
}

/** The runs whose failures count: of traffic that only the clock divides, its merged windows. */
export function errorRunsOf(
  records: readonly RequestRecord[],
  { windows }: Design,
): readonly Run[] {
  if (windows === undefined) return runsOf(records);
  const { lengthMs, merging } = windows;
  const all = byWindow(records, ({ startMs }) => startMs, lengthMs);
  const most = Math.max(1, Math.min(all.length, merging.left));
  const merged = Map.groupBy(all.entries(), ([place]) => Math.floor((place * most) / all.length));
  return [...merged].map(([place, own]) => ({
    key: String(place),
    records: own.flatMap(([, { members }]) => members),
  }));
}

type Count = Readonly<{ runs: number; rate: number | null; effective: number }>;

/** Of a window whose failures are all known that rate counts; its runs say how failures come. */
function countErrors(
  runs: readonly Run[],
  {
    alpha,
    within,
    ofWindow,
  }: Readonly<{ alpha: number; within: number; ofWindow: OfWindow | null }>,
): Count {
  const counts = runs.map(({ records }) => ({
    requests: records.length,
    errors: records.filter(({ error }) => error !== null).length,
  }));
  const requests = counts.reduce((sum, one) => sum + one.requests, 0);
  const errors = counts.reduce((sum, one) => sum + one.errors, 0);
  if (requests === 0 || runs.length < 2) {
    return { runs: runs.length, rate: requests === 0 ? null : errors / requests, effective: 0 };
  }
  const rate = errors / requests;
  const squares = counts.reduce((sum, one) => sum + (one.errors - rate * one.requests) ** 2, 0);
  const variance = (squares * runs.length) / (runs.length - 1) / requests ** 2;
  const independent = (rate * (1 - rate)) / requests;
  const design = independent === 0 ? 1 : Math.max(1, variance / independent);
  const quantile = studentt.inv(1 - alpha / 2, runs.length - 1);
  const all = ofWindow === null ? requests : Math.max(ofWindow.requests, ofWindow.errors);
  return {
    runs: runs.length,
    rate: ofWindow === null ? rate : ofWindow.errors / all,
    effective: (all / design) * (within / quantile) ** 2,
  };
}

function wilson({ rate: known, effective }: Count, within: number) {
  const rate = known ?? 0;
  const square = within ** 2 / effective;
  const centre = (rate + square / 2) / (1 + square);
  const half =
    (within / (1 + square)) * Math.sqrt((rate * (1 - rate)) / effective + square / 4 / effective);
  return { rate, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
