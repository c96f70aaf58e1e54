import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordOf } from '../../../../tools/bench/simulate.ts';
import type { RequestRecord } from '../../../../tools/compare/cohorts/request-record.ts';
import { costOf } from '../../../../tools/compare/result/cost.ts';
import type { Hop } from '../../../../tools/compare/statistics/hop.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const START_MS = Date.parse('2026-03-02T10:00:00Z');

const requests = (side: 'a' | 'b', count: number, everyMs: number): RequestRecord[] =>
  Array.from({ length: count }, (_, sequence) => ({
    ...recordOf({ side, run: 0, sequence, paired: false, hops: [], latencyMs: 1 }),
    startMs: START_MS + sequence * everyMs,
  }));

const WARM = sampleComparison().hops.filter(({ stratum }) => stratum === 'warm');
const hopOf = (name: string, change: Partial<Hop> = {}): Hop => {
  const hop = WARM.find((one) => one.name === name);
  assert.ok(hop);
  return { ...hop, ...change };
};
const ROOT = hopOf('loadgen');
const GET = hopOf('GET', {
  differenceMs: { p50: 2, low: 1, high: 3 },
  verdict: 'b-faster',
});
const only = (hops: readonly Hop[], a: RequestRecord[], b: RequestRecord[]) => {
  const cost = costOf({ a, b }, hops);
  assert.ok(cost);
  return { ...cost, last: cost.hops.at(-1) };
};

test('a hop costs its typical difference times the requests of a second', () => {
  // 101 requests in 2 s: 50.5 a second.
  const { requestsPerSecond, last } = only([ROOT, GET], requests('a', 101, 20), []);
  assert.equal(requestsPerSecond, 50.5);
  assert.deepEqual(last?.waitingMsPerSecond, { p50: 101, low: 50.5, high: 151.5 });
});

test('the rate is that of the side with more requests a second, and says of when', () => {
  const cost = costOf({ a: requests('a', 11, 1_000), b: requests('b', 11, 500) }, [ROOT]);
  assert.deepEqual([cost?.side, cost?.requests, cost?.requestsPerSecond], ['b', 11, 2.2]);
  assert.equal(cost?.first, '2026-03-02T10:00:00.000Z');
  assert.equal(cost?.last, '2026-03-02T10:00:05.000Z');
});

test('a hop that only some requests have costs only these', () => {
  const n = (ROOT.a?.n ?? 0) / 4;
  assert.ok(GET.a && GET.b);
  const rare = { ...GET, a: { ...GET.a, n }, b: { ...GET.b, n } };
  const { last } = only([ROOT, rare], requests('a', 11, 1_000), []);
  assert.equal(last?.requestsPerSecond, 1.1 / 4);
});

test('cold requests are a part of all: their hops cost only the cold ones', () => {
  const cold = sampleComparison().hops.find(({ stratum }) => stratum === 'cold');
  assert.ok(cold);
  const judged: Hop = { ...cold, differenceMs: { p50: 10, low: 5, high: 15 }, verdict: 'b-faster' };
  const { last } = only([ROOT, judged], requests('a', 11, 1_000), []);
  assert.equal(last?.requestsPerSecond, (1.1 * 3) / (396 + 3));
});

test('what only one side has costs all the time that it takes there', () => {
  const front = hopOf('works.search', { a: null });
  const { last } = only([ROOT, front], [], requests('b', 11, 1_000));
  const takesMs = front.b?.selfP50Ms ?? 0;
  assert.ok(takesMs > 0);
  assert.deepEqual(last?.waitingMsPerSecond, { p50: -takesMs * 1.1, low: null, high: null });
});

test('where a side has no hop at all, it has no complete trace, and no cost is known', () => {
  const hops = WARM.map((hop) => ({ ...hop, b: null, verdict: 'not-enough-data' as const }));
  assert.deepEqual(only(hops, requests('a', 11, 1_000), []).hops, []);
});

test('a hop without a figure costs nothing that is known', () => {
  const unknown = hopOf('GET', { verdict: 'not-enough-data' });
  assert.deepEqual(only([unknown], requests('a', 11, 1_000), []).hops, []);
});

test('one request alone, or many at one time, have no rate', () => {
  assert.equal(costOf({ a: requests('a', 1, 1), b: [] }, WARM), null);
  assert.equal(costOf({ a: requests('a', 9, 0), b: requests('b', 9, 0) }, WARM), null);
  assert.equal(costOf({ a: [], b: [] }, WARM), null);
});
