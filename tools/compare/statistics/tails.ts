import jstat from 'jstat';
import { sampleStandardDeviation } from 'simple-statistics';
import { createRandom } from '../../../lib/random.ts';
import { counted } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import { FEWEST_RUNS } from './contrast.ts';
import { figuresOf, type Sample } from './design.ts';
import { type Estimate, UNKNOWN } from './estimate.ts';
import { ALPHA } from './overall.ts';
import { POWER } from './power.ts';
import { ascending, quantileAt } from './quantiles.ts';
import { createResampler, type Resampler } from './run-resampler.ts';
import type { SmallestDifference } from './smallest-difference.ts';

const { normal, studentt } = jstat;

/** A quantile of the latency on both sides, with 95 % intervals by bootstrap over runs. */
export type Tail = Readonly<{
  /** 0.95 is p95. */
  quantile: number;
  /** Milliseconds; without bounds where they cannot be estimated. */
  a: Estimate;
  b: Estimate;
  /** a's quantile minus b's, and over it: of the two sides, not of pairs. */
  differenceMs: Estimate;
  ratio: Estimate;
  smallestDifference: SmallestDifference | null;
  /** Why there is no interval, in a clause; null where there is one. */
  reason: string | null;
}>;

const TAILS = [0.5, 0.95, 0.99] as const;

/** Requests beyond a quantile below which chance alone places it. */
const FEWEST_BEYOND = 10;
const DRAWS = 2_000;
const SEED = 1;

/**
 * The quantiles of a comparison's requests. The bootstrap draws runs, since requests of one run are
 * not independent, on both sides together where they pair. Its bounds are the expanded percentiles
 * of Hesterberg (2015, "What Teachers Should Know About the Bootstrap"): with few runs, plain ones
 * are too narrow. Windows of the clock are drawn as merged for the verdict. `incomparable`: why no
 * figure compares the two sides, or null.
 */
export function compareTails(
  sample: Sample,
  incomparable: string | null,
  alpha = ALPHA,
): readonly Tail[] {
  const against = incomparable ?? whyWindowsTellNothing(sample);
  const figures = figuresOf(sample);
  const sorted = { a: ascending(figures.a), b: ascending(figures.b) };
  const runs = sample.paired
    ? { a: sample.runs.map(({ a }) => a), b: sample.runs.map(({ b }) => b) }
    : { a: sample.a, b: sample.b };
  const most = sample.windowed?.windows.merging.left;
  const few = (quantile: number) => reasonAgainst(quantile, { sorted, runs, most });
  const estimable = TAILS.filter((quantile) => few(quantile) === null);
  const drawn =
    estimable.length === 0 ? null : draw({ runs, most, paired: sample.paired }, estimable);
  return TAILS.map((quantile): Tail => {
    const reason = few(quantile);
    const point = { a: pointOf(sorted.a, quantile), b: pointOf(sorted.b, quantile) };
    const draws = drawn?.of.get(quantile);
    if (reason !== null || draws === undefined || drawn === null) {
      return {
        quantile,
        a: { ...UNKNOWN, p50: point.a },
        b: { ...UNKNOWN, p50: point.b },
        ...NOT_COMPARED,
        reason: against ?? reason,
      };
    }
    const bounded = (p50: number, values: Float64Array) =>
      boundsOf(p50, values, { units: drawn.units, alpha });
    const [a, b] = [point.a ?? 0, point.b ?? 0];
    const differences = draws.a.map((ofA, index) => ofA - (draws.b[index] as number));
    const ratios = draws.a.map((ofA, index) => ofA / (draws.b[index] as number));
    return {
      quantile,
      a: bounded(a, draws.a),
      b: bounded(b, draws.b),
      ...(against === null
        ? {
            differenceMs: bounded(a - b, differences),
            ratio: bounded(a / b, ratios),
            smallestDifference: {
              ratio: Math.exp(foundFrom(ratios.map(Math.log), { units: drawn.units, alpha })),
              ms: foundFrom(differences, { units: drawn.units, alpha }),
            },
          }
        : NOT_COMPARED),
      reason: against,
    };
  });
}

/** Where runs are windows of the clock, and these do not allow to compare quantiles. */
function whyWindowsTellNothing({ windowed }: Sample): string | null {
  if (windowed === undefined) return null;
  const { kind, merging } = windowed.windows;
  if (kind !== 'before-after') return merging.why;
  return 'one side came before the other, and only the verdict is held against earlier windows';
}

const NOT_COMPARED = { differenceMs: UNKNOWN, ratio: UNKNOWN, smallestDifference: null };

type Runs = Sides<readonly ArrayLike<number>[]>;

function reasonAgainst(
  quantile: number,
  of: Readonly<{ sorted: Sides<Float64Array>; runs: Runs; most: number | undefined }>,
): string | null {
  const { sorted, runs, most = Number.POSITIVE_INFINITY } = of;
  const fewestRuns = Math.min(runs.a.length, runs.b.length, most);
  const requests = Math.min(sorted.a.length, sorted.b.length);
  const needed = Math.ceil(FEWEST_BEYOND / (1 - quantile) - 1e-9);
  if (requests < needed) return `${counted(requests, 'request')}, and it needs ${needed}`;
  if (fewestRuns >= FEWEST_RUNS) return null;
  const unit = of.most === undefined ? 'run' : 'window';
  return `${counted(fewestRuns, unit)}, and it needs ${FEWEST_RUNS}`;
}

const pointOf = (sorted: Float64Array, quantile: number): number | null =>
  sorted.length === 0 ? null : quantileAt(sorted, quantile);

/** `most`: of windows of the clock, those that stand for themselves. */
type Drawing = Readonly<{ runs: Runs; most: number | undefined; paired: boolean }>;

function draw({ runs, most, paired }: Drawing, quantiles: readonly number[]) {
  const random = createRandom(SEED);
  const [a, b] = [createResampler(runs.a, most), createResampler(runs.b, most)];
  const of = new Map(
    quantiles.map((quantile) => [
      quantile,
      { a: new Float64Array(DRAWS), b: new Float64Array(DRAWS) },
    ]),
  );
  const times = { a: new Uint32Array(a.units), b: new Uint32Array(b.units) };
  for (let index = 0; index < DRAWS; index += 1) {
    drawUnits(times.a, random);
    if (paired) times.b.set(times.a);
    else drawUnits(times.b, random);
    for (const [quantile, values] of of) {
      values.a[index] = a.quantile(quantile, times.a);
      values.b[index] = b.quantile(quantile, times.b);
    }
  }
  return { of, units: unitsOf(a, b) };
}

const unitsOf = (a: Resampler, b: Resampler) => Math.min(a.units, b.units);

function drawUnits(times: Uint32Array, random: () => number): void {
  times.fill(0);
  for (let count = 0; count < times.length; count += 1) {
    const unit = Math.floor(random() * times.length);
    times[unit] = (times[unit] as number) + 1;
  }
}

type Of = Readonly<{ units: number; alpha: number }>;

/** Where the bounds of so few units lie among the draws: further out than 2.5 and 97.5 %. */
function boundsOf(p50: number, draws: Float64Array, { units, alpha }: Of): Estimate {
  const sorted = ascending(draws);
  const widening = Math.sqrt(units / (units - 1)) * studentt.inv(1 - alpha / 2, units - 1);
  const beyond = normal.cdf(-widening, 0, 1);
  const low = sorted[Math.floor(beyond * (DRAWS - 1))] as number;
  const high = sorted[Math.ceil((1 - beyond) * (DRAWS - 1))] as number;
  return { p50, low: Math.min(low, p50), high: Math.max(high, p50) };
}

/** By the normal distribution of what the draws scatter: an approximation. */
function foundFrom(draws: Float64Array, { units, alpha }: Of): number {
  const error = Math.sqrt(units / (units - 1)) * sampleStandardDeviation([...draws]);
  const { inv } = studentt;
  return error * (inv(1 - alpha / 2, units - 1) + inv(POWER, units - 1));
}
