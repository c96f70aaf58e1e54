import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR, SPAN } from '../../../lib/telemetry/names.ts';
import { isComplete, missingEdges } from '../../../tools/traces/completeness.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { type NormalisedTrace, normalise } from '../../../tools/traces/normalise.ts';
import { pathsOf } from '../../../tools/traces/paths.ts';
import { requestTrace, spanIdOf, without, withSpanChanged } from './request-trace.ts';

function node(tree: NormalisedTrace, id: number) {
  const found = tree.nodes.find(({ span }) => span.spanId === spanIdOf(id));
  assert.ok(found, `span ${id} is in the tree`);
  return found;
}

const parentOf = (trace: Trace, id: number) =>
  node(normalise(trace), id).parent?.span.spanId ?? null;

test("the front end's stored span is nested between its client and its server", () => {
  const trace = requestTrace({ frontEnd: 'stored' });
  assert.equal(parentOf(trace, 3), spanIdOf(12));
  assert.equal(parentOf(trace, 12), spanIdOf(2));
  assert.equal(parentOf(trace, 6), spanIdOf(15));
  assert.equal(parentOf(trace, 15), spanIdOf(5));
});

test('a server span that already hangs on the front end stays there', () => {
  const stored = requestTrace({ frontEnd: 'stored' });
  const trace = withSpanChanged(stored, 3, { parentSpanId: spanIdOf(12) });
  assert.equal(parentOf(trace, 3), spanIdOf(12));
  assert.equal(parentOf(trace, 12), spanIdOf(2));
});

test('a server that restored its parent and notes no front end goes below the one beside it', () => {
  const stored = requestTrace({ frontEnd: 'stored' });
  const foreign = withSpanChanged(stored, 6, { attributes: {} });
  const { nodes } = normalise(foreign);
  const parentOf = (id: number) =>
    nodes.find(({ span }) => span.spanId === spanIdOf(id))?.parent?.span.spanId;
  assert.equal(parentOf(6), spanIdOf(15));
  assert.equal(parentOf(15), spanIdOf(5));

  // A second attempt that no front end stored stays where it is.
  const first = foreign.spans.find(({ spanId }) => spanId === spanIdOf(6));
  assert.ok(first);
  const again = { ...first, spanId: spanIdOf(60), startMs: first.endMs, endMs: first.endMs + 1 };
  const twice = normalise({ ...foreign, spans: [again, ...foreign.spans] }).nodes;
  const above = twice.map(({ span, parent }) => [span.spanId, parent?.span.spanId] as const);
  assert.equal(new Map(above).get(spanIdOf(60)), spanIdOf(5));
  assert.equal(new Map(above).get(spanIdOf(6)), spanIdOf(15));
});

test("a front end's span without a parent takes the parent of the server's span", () => {
  const stored = requestTrace({ frontEnd: 'stored' });
  const trace = withSpanChanged(stored, 12, { parentSpanId: spanIdOf(99) });
  assert.equal(parentOf(trace, 12), spanIdOf(2));
  assert.equal(parentOf(trace, 3), spanIdOf(12));
});

test('where the front end stored nothing the server hangs on its client', () => {
  const trace = requestTrace({ frontEnd: 'not-stored' });
  assert.equal(parentOf(trace, 3), spanIdOf(2));
  assert.equal(normalise(trace).detached.length, 0);
});

test('a server that names a stored front end is no orphan, whatever parent it names', () => {
  const stored = requestTrace({ frontEnd: 'stored' });
  const tree = normalise(withSpanChanged(stored, 3, { parentSpanId: spanIdOf(99) }));
  assert.equal(node(tree, 3).parent, node(tree, 12));
  assert.equal(node(tree, 3).orphan, false);
  assert.equal(isComplete(tree), true);
});

test("a front end whose caller and whose server's caller are missing is the orphan", () => {
  const stored = without(requestTrace({ frontEnd: 'stored' }), 2);
  const tree = normalise(stored);
  assert.deepEqual(
    tree.detached.map(({ span, orphan }) => [span.spanId, orphan]),
    [[spanIdOf(12), true]],
  );
  assert.equal(node(tree, 3).orphan, false);
});

test('a span that a retry stored twice counts once, as it was stored first', () => {
  const trace = requestTrace();
  const again = trace.spans.map((span) => ({ ...span, name: `${span.name} again` }));
  const tree = normalise({ ...trace, spans: [...trace.spans, ...again] });
  assert.deepEqual(
    tree.nodes.map(({ span }) => span),
    normalise(trace).nodes.map(({ span }) => span),
  );
});

test("paths leave out the front end's span, so that both kinds of trace align", () => {
  const paths = (trace: Trace) => {
    const tree = normalise(trace);
    const all = pathsOf(tree);
    return all.filter((_, index) => tree.nodes[index]?.frontEnd === false);
  };
  assert.deepEqual(
    paths(requestTrace({ frontEnd: 'stored' })),
    paths(requestTrace({ frontEnd: 'not-stored' })),
  );
});

test('a span whose parent is missing is an orphan beside the root', () => {
  const tree = normalise(without(requestTrace(), 5));
  assert.deepEqual(
    tree.detached.map(({ span, orphan }) => [span.spanId, orphan]),
    [[spanIdOf(6), true]],
  );
});

test('a span whose parent is external is no orphan', () => {
  const trace = withSpanChanged(without(requestTrace(), 5), 6, {
    attributes: { 'service.name': 'server', [ATTR.parentExternal]: 'true' },
  });
  assert.deepEqual(
    normalise(trace).detached.map(({ orphan }) => orphan),
    [false],
  );
});

test('a cycle is cut at its earliest span, whose parent is not called missing', () => {
  const trace = withSpanChanged(requestTrace(), 6, { parentSpanId: spanIdOf(7) });
  const tree = normalise(trace);
  assert.equal(tree.nodes.length, trace.spans.length);
  assert.deepEqual(
    tree.detached.map(({ span, orphan, cut }) => [span.spanId, orphan, cut]),
    [[spanIdOf(6), false, true]],
  );
  assert.deepEqual(
    tree.cutCycles.map(({ span }) => span.spanId),
    [spanIdOf(6)],
  );
  assert.deepEqual(missingEdges(tree), [
    'gRPC client span → gRPC server span of server',
    `a way to server:${SPAN.rpc}, which is its own ancestor`,
  ]);
});

test('a trace without spans has neither root nor nodes', () => {
  const tree = normalise({ traceId: 'a', projectId: 'p', spans: [] });
  assert.equal(tree.root, null);
  assert.deepEqual(tree.nodes, []);
});

test('offsets count from the start of the root', () => {
  const tree = normalise(requestTrace());
  assert.equal(node(tree, 1).startMs, 0);
  assert.equal(node(tree, 2).startMs, 0.25);
});

const SERVER_SPANS = [6, 7, 8, 9, 10];

function withServerClockOff(byMs: number): Trace {
  const trace = requestTrace();
  return SERVER_SPANS.reduce((skewed, id) => {
    const span = trace.spans.find(({ spanId }) => spanId === spanIdOf(id));
    assert.ok(span);
    return withSpanChanged(skewed, id, {
      startMs: span.startMs + byMs,
      endMs: span.endMs + byMs,
    });
  }, trace);
}

for (const byMs of [-40, 40]) {
  test(`a server whose clock is ${byMs} ms off is shifted into its client's span with all below it`, () => {
    const tree = normalise(withServerClockOff(byMs));
    const fixed = normalise(requestTrace());
    for (const id of SERVER_SPANS) {
      assert.equal(node(tree, id).startMs, node(fixed, id).startMs, `span ${id}`);
      assert.equal(node(tree, id).shiftedMs, -byMs);
    }
  });
}

test('a clock that keeps the server within its client is left alone', () => {
  const tree = normalise(withServerClockOff(0.5));
  assert.equal(node(tree, 6).shiftedMs, 0);
});

test('a server that outlived a client that gave up is left where it is', () => {
  const trace = withSpanChanged(withServerClockOff(40), 5, {
    attributes: { 'service.name': 'client', [ATTR.errorType]: 'DEADLINE_EXCEEDED' },
  });
  assert.equal(node(normalise(trace), 6).shiftedMs, 0);
});
