import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOUD_RUN, GKE } from '../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../tools/compare/compare.ts';
import { renderHtml } from '../../../tools/compare/html/render-html.ts';
import { renderText } from '../../../tools/compare/text/render-text.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { requestTrace, spanIdOf } from '../traces/request-trace.ts';

const gke = { platform: 'gcp_kubernetes_engine' } as const;
const compare = (traces: readonly Trace[]) =>
  compareTraces(traces, { cohorts: { a: CLOUD_RUN, b: GKE }, name: 'test', local: true });

/** A request with so many spans more below its search (id 10). */
function withBelow(count: number, place: (index: number) => Partial<Span>): Trace {
  const trace = requestTrace();
  const search = trace.spans.find(({ spanId }) => spanId === spanIdOf(10)) as Span;
  const more = Array.from(
    { length: count },
    (_, index): Span => ({
      ...search,
      spanId: spanIdOf(1_000 + index),
      parentSpanId: spanIdOf(10),
      name: 'f',
      ...place(index),
    }),
  );
  return { ...trace, spans: [...trace.spans, ...more] };
}
const nested = (count: number) =>
  withBelow(count, (index) => (index === 0 ? {} : { parentSpanId: spanIdOf(999 + index) }));

test('50,000 nested spans make no larger result and page than 1,000', () => {
  const sizes = [1_000, 50_000].map((count) => {
    const comparison = compare([nested(count), requestTrace(gke)]);
    return {
      json: JSON.stringify(comparison).length,
      html: renderHtml(comparison).length,
      text: renderText(comparison).length,
    };
  });
  const [few, many] = sizes;
  assert.ok(few && many);
  for (const kind of ['json', 'html', 'text'] as const) {
    assert.ok(Math.abs(many[kind] - few[kind]) < 200, `${kind}: ${few[kind]}, ${many[kind]}`);
  }
});

test('what is too deep for a hop is counted in the one above, and no time is lost', () => {
  const { hops } = compare([nested(1_000), requestTrace(gke)]);
  const ofA = hops.filter((hop) => hop.a !== null);
  const deepest = ofA.reduce((most, hop) => (hop.depth > most.depth ? hop : most));
  assert.deepEqual([deepest.depth, deepest.maxDeeper], [31, 1_000 - 25]);
  const shares = ofA.reduce((sum, hop) => sum + (hop.criticalPath.a?.medianShare ?? 0), 0);
  assert.ok(Math.abs(shares - 1) < 1e-9);
});

test('the waterfall says how many spans it does not draw, and below which', () => {
  const { exemplars } = compare([nested(1_000), requestTrace(gke)]);
  const median = exemplars.a.median;
  assert.deepEqual([median?.spans.length, median?.notDrawn], [35, 975]);
  assert.equal(median?.spans.find(({ notDrawn }) => notDrawn !== undefined)?.notDrawn, 975);
});

test('of very many hops those stay that take the most time, and the rest is counted', () => {
  const wide = withBelow(1_000, (index) => ({
    name: `f${index}`,
    endMs: requestTrace().spans[0]?.startMs ?? 0,
  }));
  const comparison = compare([wide, requestTrace(gke)]);
  assert.deepEqual([comparison.hops.length, comparison.hopsLeftOut], [100, 909]);
  assert.ok(comparison.hops.some(({ name }) => name === 'works.search'));
  assert.match(renderText(comparison), /909 span paths left out: they take the least time\./);
  assert.equal(comparison.exemplars.a.median?.spans.length, 300);
});

test('a span that failed is drawn however deep it lies', () => {
  const trace = nested(1_000);
  const spans = trace.spans.map((span) =>
    span.spanId === spanIdOf(1_900)
      ? { ...span, attributes: { ...span.attributes, 'error.type': 'deep' } }
      : span,
  );
  const { exemplars } = compare([{ ...trace, spans }, requestTrace(gke)]);
  assert.ok(exemplars.a.median?.spans.some(({ error }) => error?.type === 'deep'));
});
