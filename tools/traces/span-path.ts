import type { NormalisedTrace } from './normalise.ts';
import { callerOf, type Node } from './tree.ts';

const SEPARATOR = ' > ';

/**
 * Every span's path from its top: `service:name` of each step. The front end's own span is left
 * out of the paths below it, so that a request aligns with one whose front end stored nothing.
 */
export function pathsOf(trace: NormalisedTrace): ReadonlyMap<Node, string> {
  const paths = new Map<Node, string>();
  for (const node of trace.nodes) {
    const above = callerOf(node);
    const step = `${node.service}:${node.span.name}`;
    const prefix = above === null ? '' : `${paths.get(above) ?? ''}${SEPARATOR}`;
    paths.set(node, `${prefix}${step}`);
  }
  return paths;
}
