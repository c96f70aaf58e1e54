import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordOf } from '../../../../tools/bench/simulate.ts';
import { unequalRate } from '../../../../tools/compare/result/unequal-rate.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const { cohorts } = sampleComparison();
const request = recordOf({
  ...{ side: 'a', run: 0, sequence: 0, paired: false, hops: [], latencyMs: 1 },
});
/** So many requests over a minute. */
const inAMinute = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ ...request, startMs: (at * 60_000) / (count - 1) }));

for (const [name, a, b, text] of [
  ['as many', 600, 600, null],
  ['1.5 times as many', 900, 600, null],
  ['1.6 times as many', 960, 600, '16 requests/s in Cloud Run, 10 requests/s in GKE'],
  ['a fifth', 120, 600, '2 requests/s in Cloud Run, 10 requests/s in GKE'],
  ['1.6 times as many, of so few that it may be chance', 32, 20, null],
  ['none', 0, 600, null],
] as const) {
  test(`load on side a: ${name}`, () => {
    const found = unequalRate({ cohorts, records: { a: inAMinute(a), b: inAMinute(b) } });
    assert.equal(found?.split(', from')[0] ?? null, text);
    if (found !== null) assert.match(found, /a ratio above 1\.5 counts as different load$/);
  });
}

test('of a sample the estimated number of requests counts', () => {
  const estimatedRequests = { estimate: 6_000, low: 5_500, high: 6_500 };
  const sampled = { a: { ...cohorts.a, estimatedRequests }, b: cohorts.b };
  const records = { a: inAMinute(600), b: inAMinute(600) };
  assert.match(unequalRate({ cohorts: sampled, records }) ?? '', /^100 requests\/s in Cloud Run/);
});
