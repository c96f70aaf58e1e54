import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../lib/random.ts';
import { simulateTraffic, type Traffic } from '../../../tools/bench/simulate-traffic.ts';
import { runTraffic, TRAFFIC } from '../../../tools/bench/traffic-statistics.ts';
import { chooseDesign } from '../../../tools/compare/statistics/design.ts';
import { ALPHA, testOverall } from '../../../tools/compare/statistics/overall.ts';

const trafficOf = (name: string): Traffic => {
  const traffic = TRAFFIC[name];
  assert.ok(traffic, name);
  return traffic;
};

const COMPARISONS = 60;
/** Of 60 comparisons that err in 7 % more than this many do so in one case of a thousand. */
const MOST_CALLED = 11;

for (const name of [
  'no difference, paired requests, lag-1 0.8',
  'no difference, windows at the same time, lag-1 0.6',
  'no difference, sides in turn, lag-1 0.8',
  'no difference, before and after, lag-1 0.8',
]) {
  test(`${name}: no more is called than by chance`, () => {
    const found = runTraffic({ traffic: trafficOf(name), comparisons: COMPARISONS, seed: 1 });
    assert.ok(found.called * COMPARISONS <= MOST_CALLED, `${found.called * COMPARISONS} called`);
  });
}

test('the test for runs, taken on windows of that traffic, calls a third of what does not differ', () => {
  const random = createRandom(1);
  const usual = trafficOf('no difference, windows at the same time, lag-1 0.8');
  const traffic = { ...usual, levelDeviation: 0.5 };
  let called = 0;
  for (let count = 0; count < COMPARISONS; count += 1) {
    const { a, b } = simulateTraffic(traffic, random);
    const byMinute = (records: typeof a) =>
      records.map((record) => ({
        ...record,
        scheduledMinute: String(Math.floor(record.startMs / traffic.stepMs)),
      }));
    const { ratios } = testOverall(chooseDesign(byMinute(a), byMinute(b)));
    if ((ratios.test?.pValue() ?? 1) < ALPHA) called += 1;
  }
  assert.ok(called > COMPARISONS / 3, `${called} called`);
});

test('the same traffic is called by windows of the clock no more than by chance', () => {
  const usual = trafficOf('no difference, windows at the same time, lag-1 0.8');
  const traffic = { ...usual, levelDeviation: 0.5 };
  const { called } = runTraffic({ traffic, comparisons: COMPARISONS, seed: 1 });
  assert.ok(called * COMPARISONS <= MOST_CALLED, `${called * COMPARISONS} called`);
});

for (const name of [
  '30 % shift, windows at the same time, lag-1 0.6',
  '30 % shift, sides in turn, lag-1 0.6',
]) {
  test(`${name}: most are found`, () => {
    const found = runTraffic({ traffic: trafficOf(name), comparisons: COMPARISONS, seed: 1 });
    assert.ok(found.called > 0.6, `found in ${found.called}`);
  });
}
