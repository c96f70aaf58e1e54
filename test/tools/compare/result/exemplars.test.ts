import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { CLOUD_RUN, GKE } from '../../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../../tools/compare/compare.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import type { Waterfall } from '../../../../tools/traces/waterfall.ts';
import { requestTrace } from '../../traces/request-trace.ts';

const gke = { platform: 'gcp_kubernetes_engine' } as const;
const compare = (traces: readonly Trace[]) =>
  compareTraces(traces, { cohorts: { a: CLOUD_RUN, b: GKE }, name: 'test', local: true });

/** Requests 0 to 9 of one run; how long each searched. */
const side = (layout: typeof gke | object, searchMs: readonly number[]) =>
  searchMs.map((search, sequence) =>
    requestTrace({ ...layout, sequence, query: `query ${sequence % 3}`, parts: { search } }),
  );

const which = (waterfall: Waterfall | null) => {
  const attributes = waterfall?.spans[0]?.attributes ?? {};
  return [attributes[ATTR.sequence], attributes[ATTR.query]];
};

// The median of a is its request 5, that of b its request 4.
const A = [1, 2, 3, 4, 5, 6, 7, 8, 9, 60];
const B = [10, 9, 8, 7, 5.1, 5.2, 4, 3, 2, 50];

test('two requests on one axis are one request of the schedule: same sequence, same query', () => {
  const comparison = compare([...side({}, A), ...side(gke, B)]);
  assert.deepEqual(comparison.exemplarsArePairs, { warm: true, cold: false });
  for (const at of ['median', 'p95'] as const) {
    const [a, b] = [comparison.exemplars.a[at], comparison.exemplars.b[at]];
    assert.ok(a && b);
    assert.deepEqual(which(a), which(b));
  }
  assert.deepEqual(which(comparison.exemplars.a.p95), ['9', 'query 0']);
});

test('where requests are not paired, each side shows its own by rank', () => {
  const unnamed = side(gke, B).map((trace) => ({
    ...trace,
    spans: trace.spans.map((span) => {
      const { [ATTR.sequence]: _, ...attributes } = span.attributes;
      return { ...span, attributes };
    }),
  }));
  const comparison = compare([...side({}, A), ...unnamed]);
  assert.equal(comparison.exemplarsArePairs.warm, false);
  assert.deepEqual(which(comparison.exemplars.a.median), ['5', 'query 2']);
  assert.equal(comparison.exemplars.b.median?.whole, true);
});
