import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { hopSamples } from '../../../tools/compare/cohorts/hop-samples.ts';
import { ownedTimes } from '../../../tools/traces/accounting.ts';
import type { Span } from '../../../tools/traces/model.ts';
import { type NormalisedTrace, normalise } from '../../../tools/traces/normalise.ts';
import type { Node } from '../../../tools/traces/tree.ts';
import { MINUTE_MS, requestTrace, spanIdOf } from './request-trace.ts';

const TRACE_ID = 'a'.repeat(32);

/** Spans by name: [parent, start, end] in milliseconds; the first is the root. */
function treeOf(layout: Readonly<Record<string, readonly [string | null, number, number]>>) {
  const names = Object.keys(layout);
  const spans = Object.entries(layout).map(
    ([name, [parent, startMs, endMs]], index): Span => ({
      traceId: TRACE_ID,
      spanId: spanIdOf(index + 1),
      ...(parent === null ? {} : { parentSpanId: spanIdOf(names.indexOf(parent) + 1) }),
      name,
      kind: 'internal',
      startMs: MINUTE_MS + startMs,
      endMs: MINUTE_MS + endMs,
      attributes: { 'service.name': 'server' },
    }),
  );
  return normalise({ traceId: TRACE_ID, projectId: 'p', spans });
}

function ownedByName(layout: Parameters<typeof treeOf>[0]): Record<string, number> {
  const tree = treeOf(layout);
  const owned = ownedTimes(tree);
  const ofRoot = tree.nodes.filter(({ index }) => owned[index] !== undefined);
  return Object.fromEntries(ofRoot.map(({ span, index }) => [span.name, owned[index] ?? 0]));
}

const CASES: readonly {
  name: string;
  layout: Parameters<typeof treeOf>[0];
  owned: Record<string, number>;
}[] = [
  {
    // root |----------|
    // A      |--|
    // B           |--|
    name: 'children one after another own their durations and the parent the rest',
    layout: { root: [null, 0, 10], A: ['root', 1, 4], B: ['root', 6, 9] },
    owned: { root: 4, A: 3, B: 3 },
  },
  {
    // root |----------|
    // A      |-----|
    // B          |----|
    name: 'of two siblings at work the later to end owns the moment',
    layout: { root: [null, 0, 10], A: ['root', 1, 6], B: ['root', 4, 9] },
    owned: { root: 2, A: 3, B: 5 },
  },
  {
    // A |--------|
    // B    |--|
    name: 'a sibling within another owns nothing',
    layout: { root: [null, 0, 10], A: ['root', 1, 9], B: ['root', 3, 5] },
    owned: { root: 2, A: 8, B: 0 },
  },
  {
    name: 'touching siblings leave no moment between them',
    layout: { root: [null, 0, 10], A: ['root', 0, 5], B: ['root', 5, 10] },
    owned: { root: 0, A: 5, B: 5 },
  },
  {
    name: 'a span of zero length owns nothing, wherever it lies',
    layout: {
      root: [null, 0, 10],
      A: ['root', 0, 0],
      B: ['root', 5, 5],
      C: ['root', 10, 10],
    },
    owned: { root: 10, A: 0, B: 0, C: 0 },
  },
  {
    name: 'a root of zero length has nothing to give',
    layout: { root: [null, 5, 5], A: ['root', 5, 9] },
    owned: { root: 0, A: 0 },
  },
  {
    // root |-----|
    // A       |------|
    // B           |--|  below A
    name: 'what overflows its ancestors counts only inside all of them',
    layout: { root: [null, 0, 10], A: ['root', 5, 15], B: ['A', 8, 20] },
    owned: { root: 5, A: 3, B: 2 },
  },
  {
    name: 'a span before its parent owns nothing',
    layout: { root: [null, 5, 10], A: ['root', 1, 4] },
    owned: { root: 5, A: 0 },
  },
  {
    name: 'an orphan owns nothing',
    layout: { root: [null, 0, 10], A: ['nobody', 2, 4] },
    owned: { root: 10 },
  },
];

for (const { name, layout, owned } of CASES) {
  test(name, () => assert.deepEqual(ownedByName(layout), owned));
}

/** Times like the real ones (nanoseconds since the epoch in a double) and parents of every kind. */
const anySpans = fc
  .tuple(
    // Today's times lie on the grid of their doubles; small ones, as of another clock, do not.
    fc.constantFrom(MINUTE_MS, 0),
    fc.array(
      fc.record({
        // Mostly near the root, so that many spans are in its tree.
        parent: fc.oneof(
          { weight: 3, arbitrary: fc.integer({ min: 1, max: 5 }) },
          fc.nat({ max: 30 }),
        ),
        startUs: fc.integer({ min: -2_000, max: 12_000 }),
        durationUs: fc.oneof(fc.constant(0), fc.integer({ min: -10, max: 15_000 })),
        nanos: fc.integer({ min: 0, max: 999 }),
        service: fc.constantFrom('loadgen', 'client', 'server', undefined),
        kind: fc.constantFrom('internal', 'server', 'client'),
        frontEnd: fc.option(fc.nat({ max: 30 }), { freq: 4 }),
        failed: fc.boolean(),
      }),
      { maxLength: 30, size: 'max' },
    ),
  )
  .map(([baseMs, drawn]): Span[] => [
    {
      traceId: TRACE_ID,
      spanId: spanIdOf(1),
      name: 'loadgen',
      kind: 'internal',
      startMs: baseMs + 0.123,
      endMs: baseMs + 10.777,
      attributes: { 'service.name': 'loadgen' },
    },
    ...drawn.map(
      (one, index): Span => ({
        traceId: TRACE_ID,
        spanId: spanIdOf(index + 2),
        // Also of itself, of a cycle, of a span that is not there, and none at all (0).
        ...(one.parent === 0 ? {} : { parentSpanId: spanIdOf(one.parent) }),
        name: `span ${index % 5}`,
        kind: one.kind,
        startMs: baseMs + one.startUs / 1_000 + one.nanos / 1e6,
        endMs: baseMs + (one.startUs + one.durationUs) / 1_000,
        attributes: {
          ...(one.service === undefined ? {} : { 'service.name': one.service }),
          ...(one.frontEnd === null ? {} : { [ATTR.frontEndSpanId]: spanIdOf(one.frontEnd) }),
          ...(one.failed ? { [ATTR.errorType]: 'Error' } : {}),
        },
      }),
    ),
  ]);

test('self times and gaps add up to the duration of the root, whatever the spans', () => {
  fc.assert(
    fc.property(anySpans, (spans) => {
      const tree = normalise({ traceId: TRACE_ID, projectId: 'p', spans });
      const root = tree.root;
      assert.ok(root);
      const samples = hopSamples(tree);
      const sumMs = samples.reduce((sum, { selfMs }) => sum + selfMs, 0);
      assert.equal(sumMs, root.endMs - root.startMs);
      for (const { path, selfMs, split } of samples) {
        assert.ok(selfMs >= 0, `${path} owns ${selfMs}`);
        if (split !== null) assert.equal(split.networkMs + split.platformMs, selfMs);
      }
    }),
    { numRuns: 2_000, seed: 7 },
  );
});

/**
 * The same by brute force: between any two neighbouring starts and ends nothing changes, so one walk
 * down from the root finds who owns that stretch.
 */
function sweep({ root, nodes }: NormalisedTrace): ReadonlyMap<Node, number> {
  assert.ok(root);
  const owned = new Map<Node, number>();
  const edges = [...new Set(nodes.flatMap(({ startMs, endMs }) => [startMs, endMs]))]
    .filter((ms) => ms >= root.startMs && ms <= root.endMs)
    .sort((one, other) => one - other);
  for (const [index, fromMs] of edges.slice(0, -1).entries()) {
    const toMs = edges[index + 1] ?? fromMs;
    let owner = root;
    for (let next: Node | undefined = root; next !== undefined; ) {
      owner = next;
      const working = owner.children.filter((node) => node.startMs <= fromMs && node.endMs >= toMs);
      next = working.toSorted(
        (one, other) =>
          other.endMs - one.endMs ||
          one.startMs - other.startMs ||
          one.span.spanId.localeCompare(other.span.spanId),
      )[0];
    }
    owned.set(owner, (owned.get(owner) ?? 0) + toMs - fromMs);
  }
  return owned;
}

/** Few spans on few moments, so that most of them touch, overflow, are empty or hang nowhere. */
const crowdedSpans = fc
  .array(
    fc.record({
      parent: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
        fc.nat({ max: 10 }),
      ),
      startMs: fc.integer({ min: -2, max: 10 }),
      durationMs: fc.nat({ max: 8 }),
      service: fc.constantFrom('loadgen', 'client', 'server', undefined),
      kind: fc.constantFrom('internal', 'server', 'client'),
    }),
    { minLength: 1, maxLength: 9, size: 'max' },
  )
  .map((drawn): Span[] => [
    {
      traceId: TRACE_ID,
      spanId: spanIdOf(1),
      name: 'loadgen',
      kind: 'internal',
      startMs: MINUTE_MS,
      endMs: MINUTE_MS + 8,
      attributes: { 'service.name': 'loadgen' },
    },
    ...drawn.map(
      ({ parent, startMs, durationMs, service, kind }, index): Span => ({
        traceId: TRACE_ID,
        spanId: spanIdOf(index + 2),
        ...(parent === 0 ? {} : { parentSpanId: spanIdOf(parent) }),
        name: `span ${index}`,
        kind,
        startMs: MINUTE_MS + startMs,
        endMs: MINUTE_MS + startMs + durationMs,
        attributes: service === undefined ? {} : { 'service.name': service },
      }),
    ),
  ]);

for (const [name, spans] of [
  ['crowded', crowdedSpans],
  ['any', anySpans],
] as const) {
  test(`every moment belongs to whom a sweep over all moments finds, ${name} spans`, () => {
    fc.assert(
      fc.property(spans, (drawn) => {
        const tree = normalise({ traceId: TRACE_ID, projectId: 'p', spans: drawn });
        assert.ok(tree.root);
        const [owned, swept] = [ownedTimes(tree), sweep(tree)];
        for (const node of tree.nodes) {
          assert.equal(owned[node.index] ?? 0, swept.get(node) ?? 0, node.span.name);
        }
        const sumMs = [...swept.values()].reduce((sum, ms) => sum + ms, 0);
        assert.equal(sumMs, tree.root.endMs - tree.root.startMs);
      }),
      { numRuns: 3_000, seed: 7 },
    );
  });
}

test('no span is lost and none is drawn twice, whatever the spans', () => {
  fc.assert(
    fc.property(anySpans, (spans) => {
      const tree = normalise({ traceId: TRACE_ID, projectId: 'p', spans });
      assert.deepEqual(
        tree.nodes.map(({ span }) => span.spanId).sort(),
        spans.map(({ spanId }) => spanId).sort(),
      );
    }),
    { numRuns: 1_000, seed: 7 },
  );
});

test('the input is not touched', () => {
  const trace = requestTrace({ frontEnd: 'stored' });
  const before = structuredClone(trace);
  ownedTimes(normalise(trace));
  assert.deepEqual(trace, before);
});

test('ten thousand siblings at once are accounted for in under two seconds of CPU', () => {
  const layout: Record<string, readonly [string | null, number, number]> = {
    root: [null, 0, 20_000],
  };
  for (let index = 0; index < 10_000; index += 1) {
    layout[`s${index}`] = ['root', index % 97, 10_000 + index];
  }
  const spans = treeOf(layout);
  const before = process.cpuUsage();
  const owned = ownedTimes(spans);
  const tookMs = process.cpuUsage(before).user / 1_000;
  assert.equal(
    owned.reduce<number>((sum, ms) => sum + (ms ?? 0), 0),
    20_000,
  );
  assert.ok(tookMs < 2_000, `took ${tookMs} ms`);
});
