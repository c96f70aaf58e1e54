import { correctClocks } from './clocks.ts';
import { byStart, isRequestSpan, linkSpans } from './link.ts';
import type { Span, Trace } from './model.ts';
import { BY_ATTRIBUTES, type Profile, profileOf, type Reading } from './profile/profile.ts';
import { topmostMatching } from './profile/root-pattern.ts';
import { errorOf, isWrongCountError } from './span.ts';
import { type Node, onGrid, sortNodes, subtreeOf } from './tree.ts';

/** One request of a trace as a tree; a trace of no request is one tree too. */
export type NormalisedTrace = Readonly<{
  traceId: string;
  projectId: string;
  /** What counts as a request in it, and as a complete one. */
  profile: Profile;
  /** Epoch milliseconds of the root's start, or of the first span where there is no root. */
  startMs: number;
  /** Of the last end, as it was stored. */
  lastEndMs: number;
  /**
   * loadgen's span, or the span that --root names; failing that the first span without a parent; null
   * where all are orphans.
   */
  root: Node | null;
  /** Tops of trees beside the root's. */
  detached: readonly Node[];
  /** All, depth first: the root's tree, then the detached ones. */
  nodes: readonly Node[];
  /** How many requests share the trace id; 1 as a rule, 0 where the request's root is missing. */
  requestsInTrace: number;
  /** Detached spans that name no parent, and that nobody outside called. */
  surplusRoots: readonly Node[];
  /** Where a span was its own ancestor. */
  cutCycles: readonly Node[];
  /** Spans whose times cannot be: no figure may count this request. */
  impossible: readonly Node[];
  /** Copies of spans that were left out. */
  duplicates: number;
}>;

/**
 * Builds the tree of every request of a trace: one as a rule. Where several requests of loadgen share
 * a trace id each is a tree by itself, with the orphans that began while it ran; what lies above them
 * (the call that started the run) comes last, as a tree of no request. The same where `reading` names
 * the spans that are requests, but that only their trees are built. The input is not touched.
 */
export function requestsOf(
  trace: Trace,
  reading: Reading = BY_ATTRIBUTES,
): readonly NormalisedTrace[] {
  const { nodes: all, duplicates } = linkSpans(trace.spans);
  const profile = reading.profile ?? profileOf(trace.spans);
  const named = profile === 'general' ? reading.root : null;
  const requests = sortNodes(requestSpansOf(all, profile, named), byStart);
  const above = new Set<Node>();
  for (const request of requests) {
    if (request.parent !== null) above.add(topOf(request));
    request.parent = null;
    // What lies above a request that the reader names is no matter, stored or not.
    if (named !== null) request.orphan = false;
  }
  for (const node of all) if (node.parent !== null) addChild(node.parent, node);
  const tops = sortNodes(all.filter(isTop), byStart);
  const groups = group(tops, { requests, above, profile });
  return (named === null ? groups : groups.slice(0, requests.length)).map((ofGroup, index) =>
    toTree(trace, ofGroup, {
      profile,
      requestsInTrace: countOf(ofGroup, requests, profile),
      duplicates: index === 0 ? duplicates : 0,
    }),
  );
}

function requestSpansOf(nodes: readonly Node[], profile: Profile, named: Reading['root']): Node[] {
  if (profile === 'shakesapp') return nodes.filter(isRequestSpan);
  return named === null ? [] : topmostMatching(nodes, named);
}

/** Of another system, a trace with a root is one request. */
const countOf = ({ root }: Group, requests: readonly Node[], profile: Profile): number =>
  profile === 'general' && requests.length === 0 ? Number(root !== null) : requests.length;

/** The first request of a trace, and as a rule the only one. */
export const normalise = (trace: Trace): NormalisedTrace => requestsOf(trace)[0] as NormalisedTrace;

type Group = Readonly<{ root: Node | null; tops: readonly Node[] }>;

function topOf(node: Node): Node {
  let top = node;
  while (top.parent !== null) top = top.parent;
  return top;
}

const isTop = ({ parent }: Node): boolean => parent === null;

/** An array that grows from nothing takes room for 17 at once; most spans have a child or two. */
function addChild(parent: Node, child: Node): void {
  if (parent.children.length === 0) parent.children = [child];
  else parent.children.push(child);
}

/** Which request every top belongs to. */
function group(
  tops: readonly Node[],
  {
    requests,
    above,
    profile,
  }: { requests: readonly Node[]; above: ReadonlySet<Node>; profile: Profile },
): readonly Group[] {
  const first = requests[0];
  if (first !== undefined && tops.length === 1 && requests.length === 1) {
    return [{ root: first.orphan ? null : first, tops }];
  }
  if (first === undefined) {
    // A front end may be the first of another system that has a span.
    const parentless = tops.filter(
      (top) => !top.orphan && (!top.frontEnd || profile === 'general'),
    );
    return [{ root: parentless.find(({ cut }) => !cut) ?? parentless[0] ?? null, tops }];
  }
  const members = new Map<Node, Node[]>(requests.map((request) => [request, []]));
  for (const top of tops) {
    if (members.has(top) || above.has(top)) continue;
    const running = requests.findLast(
      ({ startMs, endMs }) => startMs <= top.startMs && top.startMs <= endMs,
    );
    members.get(running ?? first)?.push(top);
  }
  const groups: Group[] = [...members].map(([request, others]) => ({
    root: request.orphan ? null : request,
    tops: [request, ...others],
  }));
  const outer = tops.filter((top) => above.has(top) && !members.has(top));
  return outer.length === 0 ? groups : [...groups, { root: outer[0] ?? null, tops: outer }];
}

function toTree(
  { traceId, projectId }: Trace,
  { root, tops }: Group,
  facts: Pick<NormalisedTrace, 'profile' | 'requestsInTrace' | 'duplicates'>,
): NormalisedTrace {
  const zeroMs = (root ?? tops[0])?.startMs ?? 0;
  const detached = tops.filter((top) => top !== root);
  const ordered = root === null ? detached : [root, ...detached];
  const trees = ordered.map((top) => subtreeOf(top, (node) => settle(node, zeroMs)));
  for (const tree of trees) correctClocks(tree);
  const nodes = trees.length === 1 ? (trees[0] as Node[]) : trees.flat();
  for (let index = 0; index < nodes.length; index += 1) (nodes[index] as Node).index = index;
  return {
    traceId,
    projectId,
    startMs: zeroMs,
    lastEndMs: nodes.reduce((last, { span }) => laterEnd(last, span), -Infinity),
    root,
    detached,
    nodes,
    ...facts,
    surplusRoots: detached.filter(isSurplusRoot),
    cutCycles: nodes.filter(({ cut }) => cut),
    impossible: nodes.filter(({ span }) => span.impossible !== undefined),
  };
}

/** Gives a node, whose parent has its own already, its place in the tree and its times. */
function settle(node: Node, zeroMs: number): void {
  const { parent, span } = node;
  const possible = span.impossible === undefined;
  const durationMs = possible ? onGrid(Math.max(0, node.endMs - node.startMs)) : 0;
  // An impossible span has no time: it is drawn where its parent begins.
  node.startMs = possible || parent === null ? onGrid(node.startMs - zeroMs) : parent.startMs;
  node.endMs = node.startMs + durationMs;
  sortNodes(node.children, byStart);
  if (parent === null) return;
  node.depth = parent.depth + 1;
  node.caller = parent.frontEnd ? parent.caller : parent;
  node.callDepth = node.caller === null ? 0 : node.caller.callDepth + 1;
  node.abandoned =
    parent.abandoned || (errorOf(parent.span) !== null && !isWrongCountError(parent.span));
}

const isSurplusRoot = ({ span, facts, frontEnd, cut }: Node): boolean =>
  span.parentSpanId === undefined && !frontEnd && !cut && !facts.parentExternal;

export const lastEndOf = (spans: readonly Span[]): number => spans.reduce(laterEnd, -Infinity);

const laterEnd = (lastMs: number, { impossible, endMs }: Span): number =>
  impossible === undefined ? Math.max(lastMs, endMs) : lastMs;

/** The request's own span, where the tree is that of a request; else null. */
export const requestRootOf = ({ root, profile }: NormalisedTrace): Node | null =>
  root !== null && (profile === 'general' || isRequestSpan(root)) ? root : null;
