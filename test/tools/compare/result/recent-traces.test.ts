import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOUD_RUN, GKE } from '../../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../../tools/compare/compare.ts';
import { renderHtml } from '../../../../tools/compare/html/render-html.ts';
import { oneTraceOf } from '../../traces/one-trace-of.ts';
import { requestTrace } from '../../traces/request-trace.ts';

const gke = requestTrace({ platform: 'gcp_kubernetes_engine' });

test('every request of a shared trace id has its line, which says how many share it', () => {
  const three = [0, 1, 2].map((sequence) => requestTrace({ sequence, query: `query ${sequence}` }));
  const comparison = compareTraces([oneTraceOf(...three), gke], {
    cohorts: { a: CLOUD_RUN, b: GKE },
    name: 'test',
    local: true,
  });
  assert.deepEqual(
    comparison.recent.map(({ cohort, query, requestsInTrace }) => [cohort, query, requestsInTrace]),
    [
      ['a', 'query 2', 3],
      ['a', 'query 1', 3],
      ['a', 'query 0', 3],
      ['b', 'love', 1],
    ],
  );
  const flags = [...renderHtml(comparison).matchAll(/1 of 3 requests in its trace/g)];
  assert.equal(flags.length, 3);
});
