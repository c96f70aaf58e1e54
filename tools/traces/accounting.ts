/**
 * Who owns each moment of a request. Every moment between the root's start and end belongs to
 * exactly one span, so that the owned times add up to the root's duration: the deepest span that is
 * working at that moment and, among siblings that work at once, the one that ends last, because it
 * is the one that the parent waits for.
 *
 *     root   |------------------------------|
 *     A         |---------|                        A owns 1, B owns 2 (it ends later), C nothing
 *     B              |----------|                  (it lies within B), root owns the rest.
 *     C                |---|
 *             . 11111 2222222222 ..........
 *
 *     touching      A |----|----| B                no moment between them: root owns none there
 *     zero-length   A |                            owns nothing
 *     overflowing   parent |------|                owns only what lies inside all its ancestors
 *                   A          |------|
 *     orphaned      A |----|                       owns nothing: where it hung is not known
 *
 * So owned time is self time where children run one after another, and the request's critical path
 * where they overlap. A client span's own time is the gap to its server: network and platform.
 */

import type { NormalisedTrace } from './normalise.ts';
import { type Node, sortNodes } from './tree.ts';

type Interval = Readonly<{ startMs: number; endMs: number }>;

/** Owned milliseconds of the root and every span below it, by index; absent of detached trees. */
export function ownedTimes(trace: NormalisedTrace): readonly (number | undefined)[] {
  const owned = new Array<number | undefined>(trace.nodes.length);
  if (trace.root === null) return owned;
  // What each span that is pending was given, at the same place.
  const pending: Node[] = [trace.root];
  const given: Parts[] = [[trace.root]];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const parts = given.pop() ?? NO_PARTS;
    let ownMs = sumMs(parts);
    const { children } = node;
    const [only] = children;
    if (only !== undefined && children.length === 1) {
      const ofOnly = inside(parts, only);
      ownMs -= sumMs(ofOnly);
      pending.push(only);
      given.push(ofOnly);
    } else if (children.length > 0) {
      const sorted = sortNodes(children.slice(), byLastEnd);
      for (const [place, ofChild] of divide(parts, sorted).entries()) {
        ownMs -= sumMs(ofChild);
        pending.push(sorted[place] as Node);
        given.push(ofChild);
      }
    }
    owned[node.index] = ownMs;
  }
  return owned;
}

type Parts = readonly Interval[];
const NO_PARTS: Parts = [];

function sumMs(parts: Parts): number {
  let sum = 0;
  for (const { startMs, endMs } of parts) sum += endMs - startMs;
  return sum;
}

/** As many as a span has as a rule. */
const FEW = 4;

/** Divides what a span owns with its children among them; what is not given away stays with it. */
const divide = (parts: Parts, byLastEnd: readonly Node[]): readonly Parts[] =>
  byLastEnd.length <= FEW && parts.length <= FEW
    ? divideAmongFew(parts, byLastEnd)
    : divideAmongMany(parts, byLastEnd);

const byLastEnd = (one: Node, other: Node): number =>
  other.endMs - one.endMs ||
  one.startMs - other.startMs ||
  (one.span.spanId < other.span.spanId ? -1 : 1);

/** Each takes what is free of its time. */
function divideAmongFew(parts: Parts, byLastEnd: readonly Node[]): readonly Parts[] {
  let free = parts;
  return byLastEnd.map((node, place) => {
    const ofNode = inside(free, node);
    if (place + 1 < byLastEnd.length && ofNode.length > 0) free = outside(free, node);
    return ofNode;
  });
}

function inside(parts: Parts, node: Node): Parts {
  const [only] = parts;
  // As a rule it lies within all that its parent has, and its own times are what it gets.
  if (only !== undefined && parts.length === 1) {
    if (only.startMs <= node.startMs && node.endMs <= only.endMs) {
      return isLong(node) ? [node] : NO_PARTS;
    }
  }
  return parts
    .map(({ startMs, endMs }) => ({
      startMs: Math.max(startMs, node.startMs),
      endMs: Math.min(endMs, node.endMs),
    }))
    .filter(isLong);
}

function outside(parts: Parts, node: Node): Parts {
  const left: Interval[] = [];
  for (const { startMs, endMs } of parts) {
    left.push({ startMs, endMs: Math.min(endMs, node.startMs) });
    left.push({ startMs: Math.max(startMs, node.endMs), endMs });
  }
  return left.filter(isLong);
}

const isLong = ({ startMs, endMs }: Interval): boolean => startMs < endMs;

/** The same by cells between any two edges, in nearly linear time. */
function divideAmongMany(given: Parts, byLastEnd: readonly Node[]): readonly Parts[] {
  const cells = cellsOf(given, byLastEnd);
  // Skip pointers over cells already given away: each cell is given once, so this is near linear.
  const nextFree = Int32Array.from({ length: cells.length + 1 }, (_, index) => index);
  const findFree = (index: number): number => {
    let free = index;
    while (nextFree[free] !== free) free = nextFree[free] as number;
    for (let step = index; step !== free; ) {
      const following = nextFree[step] as number;
      nextFree[step] = free;
      step = following;
    }
    return free;
  };
  return byLastEnd.map((node) => {
    const parts: Interval[] = [];
    for (let at = findFree(firstCellFrom(cells, node.startMs)); at < cells.length; ) {
      const cell = cells[at] as Interval;
      if (cell.endMs > node.endMs) break;
      parts.push(cell);
      nextFree[at] = at + 1;
      at = findFree(at + 1);
    }
    return parts;
  });
}

/** The intervals cut at every child's start and end, rising; none is empty. */
function cellsOf(intervals: Parts, children: readonly Node[]): Parts {
  const cuts = [...new Set(children.flatMap(({ startMs, endMs }) => [startMs, endMs]))].sort(
    (one, other) => one - other,
  );
  const cells: Interval[] = [];
  let cut = 0;
  for (const { startMs, endMs } of [...intervals].sort((x, y) => x.startMs - y.startMs)) {
    let from = startMs;
    while (cut < cuts.length && (cuts[cut] as number) <= startMs) cut += 1;
    for (; cut < cuts.length && (cuts[cut] as number) < endMs; cut += 1) {
      cells.push({ startMs: from, endMs: cuts[cut] as number });
      from = cuts[cut] as number;
    }
    if (endMs > from) cells.push({ startMs: from, endMs });
  }
  return cells;
}

function firstCellFrom(cells: readonly Interval[], ms: number): number {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cells[middle] as Interval).startMs < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
