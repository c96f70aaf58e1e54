import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { isComplete, isRequest, missingEdges } from '../../../tools/traces/completeness.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import { requestRootOf, requestsOf } from '../../../tools/traces/normalise.ts';
import { pathsOf } from '../../../tools/traces/paths.ts';
import { deviationsOf } from '../../../tools/traces/tree-deviations.ts';
import { oneTraceOf } from './one-trace-of.ts';
import { requestTrace, spanIdOf, without, withSpanChanged } from './request-trace.ts';

const TRACE_ID = requestTrace().traceId;

const kindsOf = (trace: Trace) =>
  requestsOf(trace).flatMap((tree) => deviationsOf(tree).map(({ kind, count }) => [kind, count]));

test('a trace of one request is one tree without deviations', () => {
  const trees = requestsOf(requestTrace());
  assert.equal(trees.length, 1);
  assert.equal(trees[0]?.requestsInTrace, 1);
  assert.deepEqual(kindsOf(requestTrace()), []);
});

test('requests that share a trace id are requests each, with their own times, and it is said', () => {
  const three = oneTraceOf(...[0, 1, 2].map((sequence) => requestTrace({ sequence })));
  const trees = requestsOf(three);
  assert.deepEqual(
    trees.map((tree) => tree.root?.span.attributes[ATTR.sequence]),
    ['0', '1', '2'],
  );
  assert.ok(trees.every(isComplete));
  assert.deepEqual(
    trees.map(({ root }) => [root?.startMs, root?.endMs]),
    trees.map(() => [0, 9.75]),
  );
  assert.equal(trees.flatMap(({ nodes }) => nodes).length, three.spans.length);
  assert.deepEqual(
    kindsOf(three),
    trees.map(() => ['several-requests', 1]),
  );
});

test('an orphan belongs to the request that ran when it began', () => {
  const broken = without(requestTrace({ sequence: 1 }), 5);
  const trees = requestsOf(oneTraceOf(requestTrace(), broken, requestTrace({ sequence: 2 })));
  assert.deepEqual(trees.map(isComplete), [true, false, true]);
});

test('a request whose own root is an orphan takes nothing from the others', () => {
  const lost = withSpanChanged(requestTrace({ sequence: 1 }), 1, { parentSpanId: spanIdOf(9_999) });
  const trees = requestsOf(oneTraceOf(requestTrace(), lost));
  assert.deepEqual(trees.map(isComplete), [true, false]);
  assert.ok(trees.every(isRequest));
});

test('requests below the call that started their run are requests; the call is none', () => {
  const call: Span = {
    traceId: TRACE_ID,
    spanId: spanIdOf(5_000),
    name: 'POST',
    kind: 'server',
    startMs: (requestTrace().spans[0]?.startMs ?? 0) - 5,
    endMs: (requestTrace().spans[0]?.startMs ?? 0) + 500,
    attributes: { 'service.name': 'loadgen', [ATTR.parentExternal]: 'true' },
  };
  const two = oneTraceOf(requestTrace(), requestTrace({ sequence: 1 }));
  const roots = new Set([spanIdOf(1), spanIdOf(65)]);
  const below = two.spans.map((span) =>
    roots.has(span.spanId) ? { ...span, parentSpanId: call.spanId } : span,
  );
  const trees = requestsOf({ ...two, spans: [call, ...below] });
  assert.deepEqual(trees.map(isRequest), [true, true, false]);
  assert.deepEqual(trees.slice(0, 2).map(isComplete), [true, true]);
  assert.equal(trees[2]?.root?.span.spanId, call.spanId);
});

test('a span without a parent beside the root makes a request incomplete and is named', () => {
  const { parentSpanId: _lost, ...search } = requestTrace().spans.at(-1) as Span;
  const stray = { ...search, spanId: spanIdOf(99) };
  const trace = { ...requestTrace(), spans: [...requestTrace().spans, stray] };
  const [tree] = requestsOf(trace);
  assert.ok(tree);
  assert.deepEqual(missingEdges(tree), ['a parent of server:works.search, which names none']);
  assert.deepEqual(kindsOf(trace), [['surplus-root', 1]]);
});

test('a cycle through the root is cut at the root, and no parent is called missing', () => {
  const trace = withSpanChanged(requestTrace(), 1, { parentSpanId: spanIdOf(10) });
  const [tree] = requestsOf(trace);
  assert.ok(tree);
  assert.equal(requestRootOf(tree)?.span.spanId, spanIdOf(1));
  assert.deepEqual(missingEdges(tree), ['a way to loadgen:loadgen, which is its own ancestor']);
  assert.deepEqual(kindsOf(trace), [['cycle', 1]]);
});

test('a cycle is cut at the root also where a clock puts another span before it', () => {
  const startMs = (requestTrace().spans[0]?.startMs ?? 0) - 100;
  const early = withSpanChanged(requestTrace(), 10, { startMs });
  const [tree] = requestsOf(withSpanChanged(early, 1, { parentSpanId: spanIdOf(10) }));
  assert.deepEqual(
    tree?.cutCycles.map(({ span }) => span.spanId),
    [spanIdOf(1)],
  );
});

test('a span that is its own parent is a cycle of one', () => {
  const trace = withSpanChanged(requestTrace(), 10, { parentSpanId: spanIdOf(10) });
  assert.deepEqual(kindsOf(trace), [['cycle', 1]]);
});

test('a span of impossible times keeps its edges and is drawn where its parent begins', () => {
  const startMs = requestTrace().spans[0]?.startMs ?? 0;
  const trace = withSpanChanged(requestTrace(), 6, {
    impossible: 'no end',
    startMs,
    endMs: startMs,
  });
  const [tree] = requestsOf(trace);
  assert.ok(tree);
  assert.equal(isComplete(tree), true);
  const [server] = tree.impossible;
  assert.equal(server?.startMs, server?.parent?.startMs);
  assert.equal(server?.endMs, server?.startMs);
  // Nobody's clock is held against times that are none.
  assert.ok(tree.nodes.every(({ shiftedMs, outsideMs }) => shiftedMs === 0 && outsideMs === 0));
  assert.deepEqual(kindsOf(trace), [['impossible-time', 1]]);
});

test('50,000 nested spans are a tree with bounded paths', () => {
  const [top] = requestTrace().spans;
  assert.ok(top);
  const chain = Array.from(
    { length: 50_000 },
    (_, index): Span => ({
      ...top,
      spanId: spanIdOf(1_000 + index),
      parentSpanId: index === 0 ? spanIdOf(10) : spanIdOf(999 + index),
      name: 'f',
      attributes: { 'service.name': index % 2 === 0 ? 'server' : 'other' },
    }),
  );
  const [tree] = requestsOf({ ...requestTrace(), spans: [...requestTrace().spans, ...chain] });
  assert.ok(tree);
  assert.equal(tree.nodes.length, 50_010);
  const paths = pathsOf(tree);
  assert.equal(new Set(paths).size, tree.nodes.length - 1);
  assert.ok(paths.every((path) => path.length < 2_000));
});
