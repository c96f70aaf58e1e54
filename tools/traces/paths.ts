import { createHash } from 'node:crypto';
import type { NormalisedTrace } from './normalise.ts';
import { callerOf, type Node } from './tree.ts';

const SEPARATOR = ' > ';
/** What nobody can read: a chain of n spans would have paths of n² characters. */
const MOST_STEPS = 64;

/**
 * Every span's path from its top: `service:name` of each step. The front end's own span is left
 * out of the paths below it, so that a request aligns with one whose front end stored nothing. Deep
 * down the middle of a path is replaced by its hash: equal paths stay equal, others different.
 */
export function pathsOf(trace: NormalisedTrace): ReadonlyMap<Node, string> {
  const paths = new Map<Node, string>();
  /** Below the limit: the path at the limit, and the hash of the steps between. */
  const deep = new Map<Node, Readonly<{ top: string; hash: string }>>();
  for (const node of trace.nodes) {
    const above = callerOf(node);
    const step = `${node.service}:${node.span.name}`;
    const prefix = above === null ? null : (paths.get(above) ?? '');
    if (above === null || prefix === null) paths.set(node, step);
    else if (node.callDepth < MOST_STEPS) paths.set(node, `${prefix}${SEPARATOR}${step}`);
    else {
      const { top, hash } = deep.get(above) ?? { top: prefix, hash: '' };
      deep.set(node, { top, hash: hashOf(hash, step) });
      const between = `… ${node.callDepth - MOST_STEPS} more (${hash.slice(0, 12)}) …`;
      paths.set(node, [top, between, step].join(SEPARATOR));
    }
  }
  return paths;
}

const hashOf = (above: string, step: string): string =>
  createHash('sha256').update(above).update(step).digest('hex');
