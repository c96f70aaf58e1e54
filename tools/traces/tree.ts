import type { Span } from './model.ts';

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
  /** How far it lay outside of the span that called it from another host; 0 where it may. */
  outsideMs: number;
  /** Its parent should be in the trace and is not, or it lies on a cycle. */
  orphan: boolean;
};

/**
 * Doubles of today's epoch milliseconds lie 2^-12 ms apart. Offsets are put on that grid (real
 * times already are), so that sums and differences of them are exact, and so is the accounting.
 */
const GRID = 4096;
export const onGrid = (ms: number) => Math.round(ms * GRID) / GRID;

/** The nearest span above that a program of the system made. */
export function callerOf(node: Node): Node | null {
  let { parent } = node;
  while (parent?.frontEnd === true) parent = parent.parent;
  return parent;
}

/** The nearest spans below that programs of the system made, however many front ends between. */
export function calledBy(node: Node): readonly Node[] {
  const found: Node[] = [];
  const pending = node.children.toReversed();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.frontEnd) pending.push(...next.children.toReversed());
    else found.push(next);
  }
  return found;
}

/** How many spans lie above, by what `above` takes for the one above. */
export function depthOf(node: Node, above: (node: Node) => Node | null): number {
  let depth = 0;
  for (let next = above(node); next !== null; next = above(next)) depth += 1;
  return depth;
}

/** The span and all below it, depth first. */
export function subtreeOf(top: Node): Node[] {
  const found: Node[] = [];
  const pending = [top];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    found.push(node);
    pending.push(...node.children.toReversed());
  }
  return found;
}
