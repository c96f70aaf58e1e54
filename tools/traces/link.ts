import { ATTR, SPAN } from '../../lib/telemetry/names.ts';
import { type Facts, factsOf } from './facts.ts';
import { FRONT_END, findFrontEnds } from './front-end.ts';
import type { Span } from './model.ts';
import type { Node } from './tree.ts';

export type Linked = Readonly<{
  /** Each with its parent; nobody has children yet. */
  nodes: readonly Node[];
  /** Copies of a span id beyond its first. */
  duplicates: number;
}>;

/** A node for every span, with the parent that it has in the tree. */
export function linkSpans(all: readonly Span[]): Linked {
  const placeOf = new Map<string, number>();
  for (const { spanId } of all) if (!placeOf.has(spanId)) placeOf.set(spanId, placeOf.size);
  const duplicates = all.length - placeOf.size;
  const spans = duplicates === 0 ? all : firstOfEach(all);
  const facts = spans.map(factsOf);
  const frontEnds = findFrontEnds(spans, facts, placeOf);
  const nodes = spans.map((span, place) =>
    createNode(span, facts[place] as Facts, { index: place, frontEnd: frontEnds[place] === true }),
  );
  const find: Find = (spanId) => nodes[placeOf.get(spanId) ?? -1] ?? null;
  linkParents(nodes, find);
  cutCycles(nodes);
  return { nodes, duplicates };
}

type Find = (spanId: string) => Node | null;

function firstOfEach(spans: readonly Span[]): readonly Span[] {
  const seen = new Set<string>();
  return spans.filter(({ spanId }) => {
    const isFirst = !seen.has(spanId);
    seen.add(spanId);
    return isFirst;
  });
}

/** Whether a span is the one that loadgen opens for each request. */
export const isRequestSpan = ({ service, span }: Pick<Node, 'service' | 'span'>): boolean =>
  service === 'loadgen' && span.name === SPAN.loadgen;

/** A request takes time: one that ends as it begins was never ended, which some write so. */
const withPossibleEnd = (span: Span): Span =>
  span.impossible === undefined && span.endMs === span.startMs
    ? { ...span, impossible: 'it ends in the moment in which it starts, as no request does' }
    : span;

function createNode(
  span: Span,
  facts: Facts,
  { index, frontEnd }: Pick<Node, 'index' | 'frontEnd'>,
): Node {
  const service = frontEnd ? FRONT_END : facts.service;
  return {
    span: isRequestSpan({ service, span }) ? withPossibleEnd(span) : span,
    facts,
    service,
    frontEnd,
    index,
    parent: null,
    children: [],
    caller: null,
    depth: 0,
    callDepth: 0,
    startMs: span.startMs,
    endMs: span.endMs,
    shiftedMs: 0,
    outsideMs: 0,
    orphan: false,
    cut: false,
    abandoned: false,
  };
}

/**
 * Parents as stored, but for the front end's own span: the server restored its true parent (from
 * b3), and the front end's span, where it was stored, hangs beside it. It belongs between the two:
 *
 *     client span                    client span
 *     ├─ front end's span      →     └─ front end's span
 *     └─ server span                    └─ server span
 */
function linkParents(nodes: readonly Node[], find: Find): void {
  for (const node of nodes) {
    const { parentSpanId } = node.span;
    if (parentSpanId === undefined) continue;
    node.parent = find(parentSpanId);
    // A front end's parent is whoever called it, which may be outside the system.
    node.orphan = node.parent === null && !node.facts.parentExternal && !node.frontEnd;
  }
  if (!nodes.some(({ frontEnd }) => frontEnd)) return;
  for (const node of nodes) {
    const received = node.span.attributes[ATTR.frontEndSpanId];
    const frontEnd = received === undefined ? null : find(received);
    if (frontEnd?.frontEnd !== true || node.frontEnd || node.parent === frontEnd) continue;
    frontEnd.parent ??= node.parent;
    // A caller that is missing to the server is missing to the front end before it.
    if (frontEnd.parent === null) frontEnd.orphan ||= node.orphan;
    node.parent = frontEnd;
    node.orphan = false;
  }
  for (const [frontEnd, served] of besideFrontEnds(nodes)) served.parent = frontEnd;
}

const NOBODY: ReadonlyMap<Node, Node> = new Map();

/**
 * A program in another language that reads b3 restores its parent too, but doesn't note what it
 * received. Of the servers below the same call the one goes below a front end's span that shares the
 * most time with it.
 */
function besideFrontEnds(nodes: readonly Node[]): ReadonlyMap<Node, Node> {
  const passedOn = new Set<Node | null>();
  for (const { parent } of nodes) if (parent?.frontEnd === true) passedOn.add(parent);
  if (nodes.every((node) => !node.frontEnd || passedOn.has(node))) return NOBODY;
  const ofCalls = Map.groupBy(
    nodes.filter(({ parent, span }) => parent?.span.kind === 'client' && span.kind === 'server'),
    ({ parent }) => parent,
  );
  const found = new Map<Node, Node>();
  for (const siblings of ofCalls.values()) {
    const served = new Set(
      siblings.filter((one) => !one.frontEnd && !one.span.attributes[ATTR.frontEndSpanId]),
    );
    for (const front of siblings) {
      if (!front.frontEnd || passedOn.has(front)) continue;
      const [nearest] = [...served].sort(
        (one, other) => sharedMs(front, other) - sharedMs(front, one) || byStart(one, other),
      );
      if (nearest === undefined) break;
      found.set(front, nearest);
      served.delete(nearest);
    }
  }
  return found;
}

const sharedMs = (one: Node, other: Node): number =>
  Math.min(one.endMs, other.endMs) - Math.max(one.startMs, other.startMs);

/**
 * Malformed traces only: every cycle is cut where a request begins, or else at its earliest span.
 * The spans know their parents, so none of them is an orphan.
 */
function cutCycles(nodes: readonly Node[]): void {
  // From which span each was walked past first; 0: not yet.
  const walkOf = new Uint32Array(nodes.length);
  for (const start of nodes) {
    const walk = start.index + 1;
    let node: Node | null = start;
    while (node !== null && walkOf[node.index] === 0) {
      walkOf[node.index] = walk;
      node = node.parent;
    }
    if (node !== null && walkOf[node.index] === walk) cut(node);
  }
}

function cut(inCycle: Node): void {
  const cycle = [inCycle];
  for (let node = inCycle.parent; node !== null && node !== inCycle; node = node.parent) {
    cycle.push(node);
  }
  cycle.sort(byStart);
  const first = cycle.find(isRequestSpan) ?? cycle[0] ?? inCycle;
  first.parent = null;
  first.cut = true;
}

/** By start, then span id. */
export function byStart(one: Node, other: Node): number {
  return one.startMs - other.startMs || (one.span.spanId < other.span.spanId ? -1 : 1);
}
