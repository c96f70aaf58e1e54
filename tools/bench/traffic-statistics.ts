/**
 * How often a comparison of any system's traffic errs, by simulation with a known truth. The seed fixes
 * every figure.
 */

import { createRandom } from '../../lib/random.ts';
import { ALPHA, latencyIn, testOverall } from '../compare/statistics/overall.ts';
import { chooseWindows } from '../compare/statistics/windows/choose-windows.ts';
import { simulateTraffic, type Traffic } from './simulate-traffic.ts';

export type TrafficOutcome = Readonly<{
  comparisons: number;
  /** Share of comparisons that call one side faster. */
  called: number;
  /** Share of comparisons that may call nothing. */
  none: number;
}>;

const MINUTE_MS = 60_000;

const PLAIN: Traffic = {
  when: 'beside',
  paired: false,
  steps: 200,
  stepMs: MINUTE_MS,
  before: 1,
  requestsAStep: 4,
  lagOne: 0.6,
  levelDeviation: 0.2,
  commonDeviation: 0.2,
  requestDeviation: 0.3,
  tail: 0,
  daySwing: 0,
  gaps: 0,
  shift: 1,
};

const LAYOUTS = {
  'paired requests': { when: 'beside', paired: true },
  'windows at the same time': { when: 'beside' },
  'sides in turn': { when: 'turns' },
  'before and after': { when: 'before-after' },
  'before and after, eight times as long before': { when: 'before-after', before: 8 },
} as const satisfies Record<string, Partial<Traffic>>;

const DRIFTS = {
  'lag-1 0.6': { lagOne: 0.6 },
  'lag-1 0.8': { lagOne: 0.8 },
  'lag-1 0.8, 60 steps': { lagOne: 0.8, steps: 60, requestsAStep: 20 },
  'lag-1 0.8, long tail': { lagOne: 0.8, tail: 0.05, gaps: 0.1 },
  'lag-1 0.8, daily cycle': { lagOne: 0.8, daySwing: 0.5, stepMs: 10 * MINUTE_MS },
} as const satisfies Record<string, Partial<Traffic>>;

/** Named as in docs/compare.md. */
export const TRAFFIC: Readonly<Record<string, Traffic>> = Object.fromEntries(
  Object.entries(LAYOUTS).flatMap(([layout, when]) => [
    ...Object.entries(DRIFTS).map(([drift, how]): [string, Traffic] => [
      `no difference, ${layout}, ${drift}`,
      { ...PLAIN, ...when, ...how },
    ]),
    ...[1.1, 1.3].map((shift): [string, Traffic] => [
      `${Math.round(shift * 100 - 100)} % shift, ${layout}, lag-1 0.6`,
      { ...PLAIN, ...when, shift },
    ]),
  ]),
);

export function runTraffic(options: {
  traffic: Traffic;
  comparisons: number;
  seed: number;
}): TrafficOutcome {
  const random = createRandom(options.seed);
  let [called, none] = [0, 0];
  for (let count = 0; count < options.comparisons; count += 1) {
    const records = simulateTraffic(options.traffic, random);
    const { ratios } = testOverall(chooseWindows(records, latencyIn('warm')));
    if (ratios.test === null) none += 1;
    else if (ratios.test.pValue() < ALPHA) called += 1;
  }
  const { comparisons } = options;
  return { comparisons, called: called / comparisons, none: none / comparisons };
}
