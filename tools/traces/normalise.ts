import { ATTR, SERVICES, SPAN } from '../../lib/telemetry/names.ts';
import type { Span, Trace } from './model.ts';
import { mendSkew } from './skew.ts';
import { serviceOf } from './span.ts';
import { type Node, onGrid, subtreeOf } from './tree.ts';

/** Service shown for spans that the platform's front end stored itself. */
export const FRONT_END = 'front-end';

export type NormalisedTrace = Readonly<{
  traceId: string;
  projectId: string;
  /** Epoch milliseconds of the root's start, or of the first span where there is no root. */
  startMs: number;
  /** loadgen's span; failing that the first span without a parent; null where all are orphans. */
  root: Node | null;
  /** Tops of trees beside the root's: orphans and spans whose parent is external. */
  detached: readonly Node[];
  /** All, depth first: the root's tree, then the detached ones. */
  nodes: readonly Node[];
}>;

/**
 * Which spans of a trace the platform's front end stored: a server received its id in
 * X-Cloud-Trace-Context, or it names no service at all. Never one of the system's own programs.
 */
export function frontEndTest(spans: readonly Span[]): (span: Span) => boolean {
  const received = new Set(spans.map((span) => span.attributes[ATTR.frontEndSpanId]));
  return (span) => {
    const service = serviceOf(span);
    if (service === undefined) return true;
    return received.has(span.spanId) && !(SERVICES as readonly string[]).includes(service);
  };
}

/** Builds the tree of a trace; the input is not touched. */
export function normalise(trace: Trace): NormalisedTrace {
  const nodes = createNodes(trace.spans);
  linkParents(nodes);
  cutCycles(nodes);
  for (const node of nodes.values()) node.parent?.children.push(node);

  const tops = [...nodes.values()].filter((node) => node.parent === null).sort(byStart);
  const root = chooseRoot(tops);
  const zeroMs = (root ?? tops[0])?.startMs ?? 0;
  for (const node of nodes.values()) {
    const durationMs = onGrid(Math.max(0, node.endMs - node.startMs));
    node.startMs = onGrid(node.startMs - zeroMs);
    node.endMs = node.startMs + durationMs;
    node.children.sort(byStart);
  }
  const detached = tops.filter((top) => top !== root);
  for (const top of tops) mendSkew(top);
  return {
    traceId: trace.traceId,
    projectId: trace.projectId,
    startMs: zeroMs,
    root,
    detached,
    nodes: (root === null ? detached : [root, ...detached]).flatMap(subtreeOf),
  };
}

function createNodes(spans: readonly Span[]): Map<string, Node> {
  const isFrontEnd = frontEndTest(spans);
  const nodes = new Map<string, Node>();
  for (const span of spans) {
    if (nodes.has(span.spanId)) continue;
    const frontEnd = isFrontEnd(span);
    nodes.set(span.spanId, {
      span,
      service: frontEnd ? FRONT_END : (serviceOf(span) ?? FRONT_END),
      frontEnd,
      parent: null,
      children: [],
      startMs: span.startMs,
      endMs: span.endMs,
      shiftedMs: 0,
      outsideMs: 0,
      orphan: false,
    });
  }
  return nodes;
}

/**
 * Parents as stored, but for the front end's own span: the server restored its true parent (from
 * b3), and the front end's span, where it was stored, hangs beside it. It belongs between the two:
 *
 *     client span                    client span
 *     ├─ front end's span      →     └─ front end's span
 *     └─ server span                    └─ server span
 */
function linkParents(nodes: ReadonlyMap<string, Node>): void {
  for (const node of nodes.values()) {
    const { parentSpanId, attributes } = node.span;
    node.parent = (parentSpanId !== undefined && nodes.get(parentSpanId)) || null;
    // A front end's parent is whoever called it, which may be outside the system.
    const external = attributes[ATTR.parentExternal] === 'true' || node.frontEnd;
    node.orphan = parentSpanId !== undefined && node.parent === null && !external;
  }
  for (const node of nodes.values()) {
    const frontEnd = nodes.get(node.span.attributes[ATTR.frontEndSpanId] ?? '');
    if (frontEnd?.frontEnd !== true || node.frontEnd || node.parent === frontEnd) continue;
    frontEnd.parent ??= node.parent;
    // A caller that is missing to the server is missing to the front end before it.
    if (frontEnd.parent === null) frontEnd.orphan ||= node.orphan;
    node.parent = frontEnd;
    node.orphan = false;
  }
}

/** Malformed traces only: every cycle is cut at its earliest span, which becomes an orphan. */
function cutCycles(nodes: ReadonlyMap<string, Node>): void {
  const settled = new Set<Node>();
  for (const start of nodes.values()) {
    const walk = new Set<Node>();
    let node: Node | null = start;
    while (node !== null && !settled.has(node) && !walk.has(node)) {
      walk.add(node);
      node = node.parent;
    }
    if (node !== null && walk.has(node)) {
      const cycle = [...walk].slice([...walk].indexOf(node)).sort(byStart);
      const first = cycle[0] ?? node;
      first.parent = null;
      first.orphan = true;
    }
    for (const seen of walk) settled.add(seen);
  }
}

function chooseRoot(tops: readonly Node[]): Node | null {
  const parentless = tops.filter((top) => !top.orphan && !top.frontEnd);
  return parentless.find(isLoadgenRoot) ?? parentless[0] ?? null;
}

/** Whether a span is the root of one request of the load generator. */
export function isLoadgenRoot(node: Node): boolean {
  return node.parent === null && node.service === 'loadgen' && node.span.name === SPAN.loadgen;
}

function byStart(one: Node, other: Node): number {
  return one.startMs - other.startMs || (one.span.spanId < other.span.spanId ? -1 : 1);
}
