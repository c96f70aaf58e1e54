import { ownedTimes } from '../../traces/accounting.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { nameOf, pathsOf } from '../../traces/paths.ts';
import { calledBy, callerOf, type Node } from '../../traces/tree.ts';

/** What one request spent at one span path; siblings of the same path are taken together. */
export type HopSample = Readonly<{
  path: string;
  service: string;
  name: string;
  depth: number;
  /** Start of its first span, from the root's start: the order of the hop table. */
  offsetMs: number;
  measure: 'self' | 'gap';
  siblings: number;
  /** Spans too deep for their own hop, whose time is in this one's. */
  deeper: number;
  /** Time in which any of its spans was running. */
  inclusiveMs: number;
  /** Owned time; of a gap the front end's own time included. */
  selfMs: number;
  /** A gap's two parts, where the front end's span was stored of every attempt. */
  split: Readonly<{ networkMs: number; platformMs: number }> | null;
  /** Its process was stopped before its span ended: the figures are not times of work. */
  stopped: boolean;
}>;

/** Deeper spans have no hop: nobody reads a table of 50,000 of them. */
const MOST_LEVELS = 32;

type Group = { path: string; spans: Node[]; frontEnds: Node[]; deeper: Node[] };

/** Most groups have neither front ends nor deeper spans. */
const NONE: Node[] = [];
const added = (nodes: Node[], node: Node): Node[] => {
  if (nodes === NONE) return [node];
  nodes.push(node);
  return nodes;
};

/** By the index of a span; absent of detached trees. */
type Owned = readonly (number | undefined)[];

/**
 * One sample per span path of the root's tree. Their selfMs add up to the root's duration: the
 * front end's own time goes to the gap that it lies in, and that of very deep spans to the hop above.
 * No function is made for a request: V8 would compile it again and again, half a second for a million
 * spans.
 */
export function hopSamples(tree: NormalisedTrace): readonly HopSample[] {
  const owned = ownedTimes(tree);
  const samples: HopSample[] = [];
  for (const group of groupsOf(tree, owned)) samples.push(sampleOf(group, tree, owned));
  return samples;
}

/** The spans by path, in the order of the first one of each. */
function groupsOf(tree: NormalisedTrace, owned: Owned): readonly Group[] {
  const paths = pathsOf(tree);
  const groups: Group[] = [];
  const byPath = new Map<string, Group>();
  // Parents come before their children.
  const owners: Node[] = [];
  for (const node of tree.nodes) {
    if (owned[node.index] === undefined) continue;
    const caller = callerOf(node);
    const tooDeep = node.callDepth >= MOST_LEVELS;
    const owner =
      caller !== null && (node.frontEnd || tooDeep) ? (owners[caller.index] ?? node) : node;
    owners[node.index] = owner;
    const path = paths[owner.index] ?? '';
    let group = byPath.get(path);
    if (group === undefined) {
      group = { path, spans: NONE, frontEnds: NONE, deeper: NONE };
      byPath.set(path, group);
      groups.push(group);
    }
    if (owner === node) group.spans = added(group.spans, node);
    else if (tooDeep) group.deeper = added(group.deeper, node);
    else group.frontEnds = added(group.frontEnds, node);
  }
  return groups;
}

function sampleOf(
  { path, spans, frontEnds, deeper }: Group,
  tree: NormalisedTrace,
  owned: Owned,
): HopSample {
  const first = spans[0] as Node;
  const networkMs = sumOf(spans, owned);
  const platformMs = sumOf(frontEnds, owned);
  const isGap = spans.some(hasServerBelow);
  return {
    path,
    service: first.service,
    name: nameOf(first, tree),
    depth: first.callDepth,
    offsetMs: first.startMs,
    measure: isGap ? 'gap' : 'self',
    siblings: spans.length,
    deeper: deeper.length,
    inclusiveMs: unionMs(spans),
    selfMs: networkMs + platformMs + sumOf(deeper, owned),
    split: isGap && spans.every(hasStoredFrontEnd) ? { networkMs, platformMs } : null,
    // A stopped server also bends the gap that its client measured.
    stopped: spans.some(isStopped) || deeper.some(isStopped),
  };
}

function sumOf(nodes: readonly Node[], owned: Owned): number {
  let sum = 0;
  for (const { index } of nodes) sum += owned[index] ?? 0;
  return sum;
}

const isStopped = (node: Node): boolean =>
  node.facts.endedAfterStop ||
  calledBy(node).some((called) => called.facts.endedAfterStop && isServedFor(node, called));

/** Whether it is the other side of a call. */
const isServedFor = (caller: Node, { span, service }: Node): boolean =>
  span.kind === 'server' && service !== caller.service;

const hasServerBelow = (node: Node): boolean =>
  node.span.kind === 'client' && calledBy(node).some((called) => isServedFor(node, called));

const hasStoredFrontEnd = ({ children }: Node) => children.some(({ frontEnd }) => frontEnd);

function unionMs(nodes: readonly Node[]): number {
  const first = nodes[0];
  if (first !== undefined && nodes.length === 1) return Math.max(0, first.endMs - first.startMs);
  let coveredMs = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of [...nodes].sort((one, other) => one.startMs - other.startMs)) {
    coveredMs += Math.max(0, endMs - Math.max(startMs, untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  return coveredMs;
}
