import { ATTR, SERVICES, SPAN } from '../../lib/telemetry/names.ts';
import type { Span, Trace } from './model.ts';
import { outsideMs, skewShiftMs } from './skew.ts';

/** Service shown for spans that the platform's front end stored itself. */
export const FRONT_END = 'front-end';

/** A span in its tree. Times are milliseconds from the start of the trace, on the grid. */
export type Node = {
  readonly span: Span;
  readonly service: string;
  /** Stored by the platform's front end, not by a program of the system. */
  readonly frontEnd: boolean;
  parent: Node | null;
  /** By start, then span id. */
  children: Node[];
  startMs: number;
  endMs: number;
  /** What was added to mend clock skew, its ancestors' shifts included. */
  shiftedMs: number;
  /** How far its clock was off at least, where it is the top of what was shifted; else 0. */
  skewMs: number;
  /** Its parent should be in the trace and is not, or it lies on a cycle. */
  orphan: boolean;
};

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
 * Doubles of today's epoch milliseconds lie 2^-12 ms apart. Offsets are put on that grid (real
 * times already are), so that sums and differences of them are exact, and so is the accounting.
 */
const GRID = 4096;
export const onGrid = (ms: number) => Math.round(ms * GRID) / GRID;

/** `service.name`, or what Cloud Run's monitored resource calls it in Cloud Trace. */
export function serviceOf(span: Span): string | undefined {
  return span.attributes['service.name'] ?? span.attributes['g.co/r/generic_task/job'];
}

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
  const ordered: Node[] = [];
  for (const top of root === null ? detached : [root, ...detached]) collect(top, ordered);
  return {
    traceId: trace.traceId,
    projectId: trace.projectId,
    startMs: zeroMs,
    root,
    detached,
    nodes: ordered,
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
      skewMs: 0,
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

/** Top down, so that a child is held against a parent that is already in place. */
function mendSkew(node: Node): void {
  const pending = [...node.children];
  for (let child = pending.pop(); child !== undefined; child = pending.pop()) {
    const { parent } = child;
    if (parent !== null && parent.service !== child.service) {
      const mayOutlive =
        errorOf(parent.span) !== null || child.span.attributes[ATTR.endedAfterStop] === 'true';
      const shiftMs = onGrid(skewShiftMs(parent, child, mayOutlive));
      if (shiftMs !== 0) {
        child.skewMs = outsideMs(parent, child);
        shift(child, shiftMs);
      }
    }
    pending.push(...child.children);
  }
}

function shift(top: Node, byMs: number): void {
  const shifted: Node[] = [];
  collect(top, shifted);
  for (const node of shifted) {
    node.startMs += byMs;
    node.endMs += byMs;
    node.shiftedMs += byMs;
  }
}

function collect(top: Node, into: Node[]): void {
  const pending = [top];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    into.push(node);
    pending.push(...node.children.toReversed());
  }
}

function byStart(one: Node, other: Node): number {
  return one.startMs - other.startMs || (one.span.spanId < other.span.spanId ? -1 : 1);
}

/** The error of a span, from its status or its attributes (v1 has no status); null: none. */
export function errorOf(span: Span): { type: string; message: string } | null {
  const type = span.attributes[ATTR.errorType];
  if (type === undefined && span.status?.error !== true) return null;
  const message = span.attributes[ATTR.errorMessage] ?? span.status?.message ?? '';
  return { type: type ?? 'error', message };
}
