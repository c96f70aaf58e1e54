import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOUD_RUN, GKE } from '../../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../../tools/compare/compare.ts';
import { renderText } from '../../../../tools/compare/text/render-text.ts';
import type { Span, Trace } from '../../../../tools/traces/model.ts';
import { requestTrace, spanIdOf, withSpanChanged } from '../../traces/request-trace.ts';

const gke = { platform: 'gcp_kubernetes_engine' } as const;
const compare = (traces: readonly Trace[]) =>
  compareTraces(traces, { cohorts: { a: CLOUD_RUN, b: GKE }, name: 'test', local: true });
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const ofGke = range(4).map((sequence) => requestTrace({ sequence, ...gke }));

test('a request with impossible times is in no figure, counted, and named in a warning', () => {
  const backward = withSpanChanged(requestTrace({ sequence: 0 }), 1, {
    endMs: requestTrace({ sequence: 0 }).spans[0]?.startMs ?? 0,
    impossible: 'it ends before it starts',
  });
  const comparison = compare([
    backward,
    ...range(3).map((index) => requestTrace({ sequence: index + 1 })),
    ...ofGke,
  ]);
  const { a } = comparison.cohorts;
  assert.deepEqual([a.traces, a.expectedRequests, a.impossible], [4, 4, 1]);
  assert.equal(a.latency.warm?.n, 3);
  assert.ok(comparison.hops.every((hop) => (hop.a?.n ?? 0) <= 3));
  const warning = comparison.warnings.find(({ id }) => id === 'impossible-time');
  assert.match(
    warning?.finding ?? '',
    /^1 span has impossible times; no figure counts its request/,
  );
  assert.match(renderText(comparison), /impossible times +1 +0\n/);
});

test('requests that share a trace id are each counted, on their own side', () => {
  const shared = (trace: Trace, offset: number): readonly Span[] =>
    trace.spans.map((span) => ({
      ...span,
      traceId: 'a'.repeat(32),
      spanId: spanIdOf(Number.parseInt(span.spanId, 16) + offset),
      ...(span.parentSpanId === undefined
        ? {}
        : { parentSpanId: spanIdOf(Number.parseInt(span.parentSpanId, 16) + offset) }),
    }));
  const spans = [
    ...range(3).flatMap((sequence) => shared(requestTrace({ sequence }), sequence * 100)),
    ...range(3).flatMap((sequence) =>
      shared(requestTrace({ sequence, ...gke }), 1_000 + sequence * 100),
    ),
  ];
  const comparison = compare([{ traceId: 'a'.repeat(32), projectId: 'test', spans }]);
  const { a, b } = comparison.cohorts;
  assert.deepEqual([a.traces, a.expectedRequests, b.traces, b.expectedRequests], [3, 3, 3, 3]);
  const warning = comparison.warnings.find(({ id }) => id === 'several-requests');
  assert.match(warning?.finding ?? '', /^6 requests share a trace id with other requests/);
  assert.equal(comparison.exemplars.a.median?.spans.length, 10);
});

test('a second root, and a cycle, are warnings with their counts', () => {
  const surplus = requestTrace({ sequence: 0 });
  const extra = { ...(surplus.spans[1] as Span), spanId: spanIdOf(77), name: 'lost' };
  delete (extra as { parentSpanId?: string }).parentSpanId;
  const cyclic = withSpanChanged(requestTrace({ sequence: 1 }), 4, { parentSpanId: spanIdOf(5) });
  const comparison = compare([{ ...surplus, spans: [...surplus.spans, extra] }, cyclic, ...ofGke]);
  const findings = Object.fromEntries(comparison.warnings.map(({ id, finding }) => [id, finding]));
  assert.match(findings['surplus-root'] ?? '', /^1 span has no parent, beside the root/);
  assert.match(findings.cycle ?? '', /^1 span is its own ancestor/);
  assert.equal(comparison.cohorts.a.whole, 0);
});

test('what deviates is said also where a filter matches nothing, of which it may be the reason', () => {
  const backward = withSpanChanged(requestTrace(), 1, { impossible: 'it has no end' });
  const text = renderText(compare([backward]));
  assert.match(text, /^No trace matches cloud\.platform=gcp_kubernetes_engine/);
  assert.match(text, /! impossible times: 1 span has impossible times/);
  assert.doesNotMatch(text, /too few/);
});
