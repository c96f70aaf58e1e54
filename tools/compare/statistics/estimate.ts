import type { Contrast } from './statistics.ts';

/** p50 is the point estimate (of the typical run), low and high bound it; null: not known. */
export type Estimate = Readonly<{ p50: number | null; low: number | null; high: number | null }>;

export const UNKNOWN: Estimate = { p50: null, low: null, high: null };

/** What was tested with its interval at 1 - alpha, each through `transform`, which must rise. */
export function estimateOf(
  { estimate, test }: Contrast,
  alpha: number,
  transform: (value: number) => number = (value) => value,
): Estimate {
  if (estimate === null) return UNKNOWN;
  if (test === null) return { p50: transform(estimate), low: null, high: null };
  const halfWidth = test.halfWidth(alpha);
  return {
    p50: transform(estimate),
    low: transform(estimate - halfWidth),
    high: transform(estimate + halfWidth),
  };
}

/**
 * Tells what was tested in another unit, by inverting the test. `contrastAt(value)` tests whether
 * the truth in that other unit is `value`; what it estimates falls as the value rises.
 *
 *     estimate  + ──╲
 *                    ╲──╲     crosses  half its interval: low
 *               0 ───────╲──                           0: p50
 *                         ╲──╲           minus that half: high
 *               - ────────────╲──
 *
 * At `neutral`, where nothing differs in either unit, it is the very test of the verdict. The search
 * starts there, so the interval leaves `neutral` out exactly where that test rejects it, and p50
 * lies on the side that the verdict names.
 */
export function invert(
  contrastAt: (value: number) => Contrast,
  options: { neutral: number; alpha: number; range: Range; step: number },
): Estimate {
  // The three searches begin with the same steps, and each step goes through every request.
  const known = new Map<number, Contrast>();
  const at = (value: number): Contrast => {
    const contrast = known.get(value) ?? contrastAt(value);
    known.set(value, contrast);
    return contrast;
  };
  const search = (of: (contrast: Contrast) => number) =>
    findCrossing((value) => of(at(value)), options);
  const p50 = search(({ estimate }) => estimate ?? 0);
  const { estimate, test } = at(options.neutral);
  if (estimate === null || p50 === null) return UNKNOWN;
  if (test === null) return { p50, low: null, high: null };
  const margin = (contrast: Contrast) => contrast.test?.halfWidth(options.alpha) ?? 0;
  // A lower bound that is not found above the floor lies on it.
  const low = search((one) => (one.estimate ?? 0) - margin(one)) ?? options.range.least;
  const high = search((one) => (one.estimate ?? 0) + margin(one));
  return low === null || high === null ? { p50, low: null, high: null } : { p50, low, high };
}

/** Where values end; null: nowhere. */
type Range = Readonly<{ least: number | null }>;

const MOST_DOUBLINGS = 40;
const MOST_NARROWINGS = 60;
/** Of the value: nobody reads more digits, and ten take half as many evaluations again. */
const PRECISION = 1e-4;

/** Where a falling function first crosses zero, going from `neutral`; null where it does not. */
function findCrossing(
  of: (value: number) => number,
  { neutral, range, step }: { neutral: number; range: Range; step: number },
): number | null {
  let near = neutral;
  let ofNear = of(near);
  if (ofNear === 0) return near;
  const upward = ofNear > 0;
  for (let doubling = 0; doubling < MOST_DOUBLINGS; doubling += 1) {
    const reach = step * 2 ** doubling;
    const far = upward ? neutral + reach : Math.max(range.least ?? -Infinity, neutral - reach);
    const ofFar = of(far);
    if (ofFar === 0) return far;
    if (ofFar > 0 !== upward) return narrow(of, [near, ofNear], [far, ofFar]);
    if (far === range.least) return null;
    [near, ofNear] = [far, ofFar];
  }
  return null;
}

type Point = readonly [value: number, height: number];

/**
 * Between two points of opposite sign by false position, Illinois variant: about ten evaluations
 * where halving takes thirty, and each evaluation goes through every request.
 */
function narrow(of: (value: number) => number, one: Point, other: Point): number {
  let [from, ofFrom] = one;
  let [to, ofTo] = other;
  for (let count = 0; count < MOST_NARROWINGS; count += 1) {
    const between = (from * ofTo - to * ofFrom) / (ofTo - ofFrom);
    if (Math.abs(to - from) <= PRECISION * Math.max(1e-3, Math.abs(between))) return between;
    const height = of(between);
    if (height === 0) return between;
    if (height > 0 === ofTo > 0) {
      // The same end again: halve what the other one weighs, or it would never move.
      ofFrom /= 2;
    } else {
      [from, ofFrom] = [to, ofTo];
    }
    [to, ofTo] = [between, height];
  }
  return to;
}
