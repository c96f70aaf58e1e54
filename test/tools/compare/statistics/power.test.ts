import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../../lib/random.ts';
import { simulate } from '../../../../tools/bench/simulate.ts';
import { simulateTraffic } from '../../../../tools/bench/simulate-traffic.ts';
import { SCENARIOS } from '../../../../tools/bench/statistics.ts';
import { TRAFFIC } from '../../../../tools/bench/traffic-statistics.ts';
import { chooseDesign } from '../../../../tools/compare/statistics/design.ts';
import { ALPHA, latencyIn, testOverall } from '../../../../tools/compare/statistics/overall.ts';
import { foundFrom } from '../../../../tools/compare/statistics/power.ts';
import type { Contrast } from '../../../../tools/compare/statistics/statistics.ts';
import { chooseWindows } from '../../../../tools/compare/statistics/windows/choose-windows.ts';

// By numerical integration of the normal distribution over that of its estimated error.
for (const [degreesOfFreedom, alpha, noncentrality] of [
  [3, 0.05, 4.255898],
  [3, 0.2, 2.502063],
  [8, 0.05, 3.200922],
  [30, 0.05, 2.895361],
] as const) {
  test(`${degreesOfFreedom} degrees of freedom at ${alpha} find from ${noncentrality} errors on`, () => {
    const median = (1 - 2 / (9 * degreesOfFreedom)) ** 1.5;
    assert.ok(Math.abs(foundFrom(degreesOfFreedom, alpha) - noncentrality / median) < 1e-4);
  });
}

type Ratios = (shift: number, random: () => number) => Contrast;
const ofRuns =
  (name: string): Ratios =>
  (shift, random) => {
    const scenario = SCENARIOS[name];
    assert.ok(scenario);
    const { a, b } = simulate({ ...scenario, hops: 0, shift }, random);
    return testOverall(chooseDesign(a, b)).ratios;
  };
const ofTraffic =
  (name: string): Ratios =>
  (shift, random) => {
    const traffic = TRAFFIC[name];
    assert.ok(traffic);
    const records = simulateTraffic({ ...traffic, shift }, random);
    return testOverall(chooseWindows(records, latencyIn('warm'))).ratios;
  };

const COMPARISONS = 120;
for (const [name, ratios] of [
  ['20 runs in pairs', ofRuns('A/A paired, 20 runs of 10')],
  ['20 runs apart', ofRuns('A/A unpaired, 20 runs of 10')],
  ['windows', ofTraffic('no difference, windows at the same time, lag-1 0.6')],
] as const) {
  test(`${name}: the smallest difference of equal sides, where it is there, is found in about 80 %`, () => {
    const random = createRandom(17);
    const testOf = (shift: number) => ratios(shift, random).test;
    const smallest = Array.from({ length: 60 }, () => testOf(1)?.smallest(ALPHA) ?? Number.NaN)
      .filter(Number.isFinite)
      .sort((one, other) => one - other);
    const shift = Math.exp(smallest[smallest.length >> 1] as number);
    const tested = Array.from({ length: COMPARISONS }, () => testOf(shift)).filter(
      (one) => one !== null,
    );
    const found = tested.filter((one) => one.pValue() < ALPHA).length / tested.length;
    // Three binomial standard errors of 120 are 11 points.
    assert.ok(found > 0.66 && found < 0.91, `${found}`);
  });
}
