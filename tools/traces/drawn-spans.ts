import { errorOf } from './span.ts';
import type { Node } from './tree.ts';

/** More rows, and deeper ones, nobody reads: of a chain of 50,000 spans the first say enough. */
const MOST_ROWS = 300;
const MOST_LEVELS = 32;
/** Rows of these that are drawn however deep they lie. */
const MOST_ERRORS = 20;

/**
 * The spans of a request that are drawn, in their order, each with the number of those below it that
 * are not: the upper levels and, of a level that does not fit, the longest spans; besides the first
 * that failed.
 */
export function chooseDrawn(nodes: readonly Node[]): ReadonlyMap<Node, number> {
  const chosen = new Set(nodes.length <= MOST_ROWS && !hasDeep(nodes) ? nodes : upper(nodes));
  const drawn = new Map<Node, number>();
  // Parents come before their children, so the drawn one above is known.
  const drawnAbove = new Map<Node, Node>();
  for (const node of nodes) {
    const above = node.parent === null ? undefined : drawnAbove.get(node.parent);
    if (chosen.has(node)) {
      drawn.set(node, 0);
      drawnAbove.set(node, node);
    } else if (above !== undefined) {
      drawnAbove.set(node, above);
      drawn.set(above, (drawn.get(above) ?? 0) + 1);
    }
  }
  return drawn;
}

const hasDeep = (nodes: readonly Node[]) => nodes.some(({ depth }) => depth >= MOST_LEVELS);

function upper(nodes: readonly Node[]): readonly Node[] {
  const byLevel = nodes
    .filter(({ depth }) => depth < MOST_LEVELS)
    .sort(
      (one, other) =>
        one.depth - other.depth || other.endMs - other.startMs - (one.endMs - one.startMs),
    );
  const failed = nodes.filter(({ span }) => errorOf(span) !== null).slice(0, MOST_ERRORS);
  return [...byLevel.slice(0, MOST_ROWS), ...failed];
}
