import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCondition } from '../../../../tools/compare/gate/condition.ts';
import { figureOf } from '../../../../tools/compare/gate/figure.ts';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const sample = sampleComparison();
const of = (text: string, comparison: Comparison = sample) =>
  figureOf(comparison, parseCondition(text));
const RPC = 'grpc.shakesapp.ShakespeareService/GetMatchCount';

test('a condition without a measure is about the verdict', () => {
  assert.equal(of('b slower than 1 %').estimate, sample.overall.ratio);
  assert.equal(of('b slower than 1 ms').estimate, sample.overall.differenceMs);
});

test('a tail is that quantile, and says so where it is not estimable', () => {
  assert.equal(of('p95 of b slower than 1 %').estimate, sample.tails[1]?.ratio);
  assert.equal(of('p95 of b slower than 1 ms').estimate, sample.tails[1]?.differenceMs);
  assert.equal(of('p99 of b slower than 1 %').reason, '396 requests, and it needs 1000');
});

test('an error rate is the difference of both', () => {
  const { estimate } = of('error rate of b higher than 1 point');
  assert.equal(estimate, sample.errorRates.difference);
});

test('a hop is found among the warm ones, by service and name or by its path', () => {
  const search = sample.hops.find(({ name }) => name === 'works.search');
  assert.ok(search?.stratum === 'warm');
  const byName = of('hop server:works.search of b slower than 1 ms');
  assert.equal(byName.estimate, search.differenceMs);
  assert.equal(of(`hop '${search.path}' of b slower than 1 %`).estimate, search.ratio);
});

test('a hop that no request has is bad usage that lists those there are', () => {
  assert.throws(() => of('hop server:works.serch of b slower than 1 ms'), {
    name: 'UsageError',
    message:
      /^--fail-if names the hop "server:works.serch", which no warm request has; allowed: loadgen:loadgen, .*server:works.search$/,
  });
});

test('a hop at two places is bad usage that names both paths', () => {
  const [hop] = sample.hops.filter(({ name, service }) => name === RPC && service === 'server');
  assert.ok(hop);
  const twice = { ...sample, hops: [...sample.hops, { ...hop, path: `other > ${hop.path}` }] };
  assert.throws(() => of(`hop 'server:${RPC}' of b slower than 1 ms`, twice), {
    name: 'UsageError',
    message: /stands at 2 places; name one by its path: .*, or other > /,
  });
});

test('a hop of one side, or with too few requests, decides nothing', () => {
  assert.equal(of('hop cloud-run:client of b slower than 1 ms').reason, 'only a has the hop');
  const hops = sample.hops.map((hop) => ({ ...hop, verdict: 'not-enough-data' as const }));
  const { reason } = of('hop loadgen:GET of b slower than 1 ms', { ...sample, hops });
  assert.equal(reason, 'too few complete warm requests have the hop');
});

test('without any hop, or without a cohort, nothing is decided', () => {
  const { reason } = of('hop x:y of b slower than 1 ms', { ...sample, hops: [] });
  assert.equal(reason, 'no complete warm request has hops');
  const unmatched = { ...sample, unmatched: ['No trace matches.'] };
  assert.equal(of('b slower than 1 %', unmatched).reason, 'one of the cohorts has no traces');
});
