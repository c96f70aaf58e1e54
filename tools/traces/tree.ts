import type { Facts } from './facts.ts';
import type { Span } from './model.ts';

/** A span in its tree. Times are milliseconds from the start of the request, on the grid. */
export type Node = {
  readonly span: Span;
  readonly facts: Facts;
  readonly service: string;
  /** Stored by the platform's front end, not by a program of the system. */
  readonly frontEnd: boolean;
  /** Its place among the spans of its trace; once it is in a tree, among that tree's nodes. */
  index: number;
  parent: Node | null;
  /** By start, then span id. */
  children: Node[];
  /** The nearest span above that a program made; null where there is none. */
  caller: Node | null;
  /** How many spans lie above it, and how many of those programs made. */
  depth: number;
  callDepth: number;
  startMs: number;
  endMs: number;
  /** What was added to correct clock skew, its ancestors' shifts included. */
  shiftedMs: number;
  /** How far it lay outside of the span that called it from another host; 0 where it may. */
  outsideMs: number;
  /** Its parent should be in the trace and is not. */
  orphan: boolean;
  /** It was its own ancestor: its link to its parent was cut. */
  cut: boolean;
  /** A call above it failed, so its caller may have given up before it ended. */
  abandoned: boolean;
};

/**
 * Doubles of today's epoch milliseconds lie 2^-12 ms apart. Offsets are put on that grid (real
 * times already are), so that sums and differences of them are exact, and so is the accounting.
 */
const GRID = 4096;
export const GRID_MS = 1 / GRID;
export const onGrid = (ms: number) => Math.round(ms * GRID) / GRID;

/** The nearest span above that a program of the system made. */
export const callerOf = ({ caller }: Node): Node | null => caller;

const isFrontEnd = ({ frontEnd }: Node): boolean => frontEnd;

/** The nearest spans below that programs of the system made, however many front ends between. */
export const calledBy = (node: Node): readonly Node[] => nearestBelow(node, isFrontEnd);

/** The nearest spans below, in their order, however many between that are passed. */
export function nearestBelow(node: Node, isPassed: (node: Node) => boolean): readonly Node[] {
  // As a rule nothing stands between.
  if (!node.children.some(isPassed)) return node.children;
  const found: Node[] = [];
  const pending = node.children.toReversed();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (isPassed(next)) pending.push(...next.children.toReversed());
    else found.push(next);
  }
  return found;
}

/** So few are inserted one by one faster than the engine's sorting is called, and in their place. */
const MOST_INSERTED = 8;

/** In place. */
export function sortNodes(nodes: Node[], compare: (one: Node, other: Node) => number): Node[] {
  if (nodes.length > MOST_INSERTED) return nodes.sort(compare);
  for (let at = 1; at < nodes.length; at += 1) {
    const node = nodes[at] as Node;
    let place = at;
    for (; place > 0 && compare(nodes[place - 1] as Node, node) > 0; place -= 1) {
      nodes[place] = nodes[place - 1] as Node;
    }
    nodes[place] = node;
  }
  return nodes;
}

/** The span and all below it, depth first; each is visited before its children are looked at. */
export function subtreeOf(top: Node, visit?: (node: Node) => void): Node[] {
  const found: Node[] = [];
  const pending = [top];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    found.push(node);
    visit?.(node);
    for (let at = node.children.length - 1; at >= 0; at -= 1)
      pending.push(node.children[at] as Node);
  }
  return found;
}
