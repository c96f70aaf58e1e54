import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HopCost } from '../../../../tools/compare/result/cost.ts';
import {
  costIn,
  costLegend,
  costOfHop,
  costText,
  notableCostOf,
} from '../../../../tools/compare/text/cost-words.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const sample = sampleComparison();
const LABELS = { a: 'Cloud Run', b: 'GKE' };
const costing = (requestsPerSecond: number, p50: number, width: number | null): HopCost => ({
  path: 'x',
  stratum: 'warm',
  requestsPerSecond,
  waitingMsPerSecond: {
    p50,
    low: width === null ? null : p50 - width,
    high: width === null ? null : p50 + width,
  },
});

for (const [cost, text] of [
  [costing(50, 105, 25), 'at 50 requests/s: +105 ms of waiting each second (+80.0 ms to +130 ms)'],
  [costing(0.2, -0.42, null), 'at 12 requests/min: -25.2 ms of waiting each minute'],
  [costing(0.001, 0.002, null), 'at 3.6 requests/h: +7.20 ms of waiting each hour'],
  [costing(0.0001, 0.002, null), 'at 0.36 requests/h: +7.20 ms of waiting each hour'],
  [costing(1_234.5, 2_500, null), 'at 1230 requests/s: +2.50 s of waiting each second'],
] as const) {
  test(text, () => {
    assert.equal(costText(cost), text);
  });
}

test('only what is sure, or on one side, is worth a remark in a table', () => {
  const shown = sample.hops.filter((hop) => notableCostOf(sample.cost, hop) !== null);
  assert.deepEqual(
    shown.map(({ stratum, verdict, b }) => [stratum, b === null ? 'only a' : verdict]),
    [
      ['warm', 'b-faster'],
      ['warm', 'only a'],
      ['warm', 'b-faster'],
      ['warm', 'a-faster'],
    ],
  );
  const [root] = sample.hops;
  assert.ok(root && costOfHop(sample.cost, root));
});

test('the legend says which rate that is, of whom and of when', () => {
  assert.equal(
    costLegend(sample.cost, LABELS),
    'waiting: the difference times the rate of requests, 10.2 requests/min, as Cloud Run had them (400 requests from 2026-11-20 10:00:00 to 10:39:01 UTC); + is what Cloud Run costs beyond GKE.',
  );
  assert.equal(costLegend(null, LABELS), null);
});

test('without a verdict no cost is told', () => {
  assert.equal(costIn(sample), sample.cost);
  const overall = { ...sample.overall, verdict: 'not-enough-data' } as const;
  assert.equal(costIn({ ...sample, overall }), null);
});
