import { joinOnce } from './join-once.ts';
import type { NormalisedTrace } from './normalise.ts';
import { foldedNameOf } from './profile/fold-names.ts';
import { pairedNameOf } from './route-names.ts';
import { sha256 } from './sha256.ts';
import { callerOf, type Node } from './tree.ts';

const SEPARATOR = ' > ';
/** What nobody can read: a chain of n spans would have paths of n² characters. */
const MOST_STEPS = 64;

/**
 * Every span's path from its top: `service:name` of each step. The front end's own span is left
 * out of the paths below it, so that a request aligns with one whose front end stored nothing. Deep
 * down the middle of a path is replaced by its hash: equal paths stay equal, others different. In
 * the order of the nodes.
 */
export function pathsOf(trace: NormalisedTrace): readonly string[] {
  const paths: string[] = [];
  /** Below the limit: the path at the limit, and the hash of the steps between. */
  const deep = new Map<Node, Readonly<{ top: string; hash: string }>>();
  for (const node of trace.nodes) {
    const above = callerOf(node);
    const step = stepOf(node.service, nameOf(node, trace));
    const prefix = above === null ? null : (paths[above.index] ?? '');
    if (above === null || prefix === null) paths.push(step);
    else if (node.callDepth < MOST_STEPS) paths.push(joined(prefix, step));
    else {
      const { top, hash } = deep.get(above) ?? { top: prefix, hash: '' };
      deep.set(node, { top, hash: hashOf(hash, step) });
      const between = `… ${node.callDepth - MOST_STEPS} more (${hash.slice(0, 12)}) …`;
      paths.push([top, between, step].join(SEPARATOR));
    }
  }
  return paths;
}

/** What a span is called among hops: of another system's its name without ids. */
export const nameOf = ({ span }: Node, { profile }: Pick<NormalisedTrace, 'profile'>): string =>
  profile === 'general' ? foldedNameOf(span) : pairedNameOf(span);

const hashOf = (above: string, step: string): string => sha256(above + step);

export const stepOf = joinOnce((service, name) => `${service}:${name}`);
const joined = joinOnce((prefix, step) => `${prefix}${SEPARATOR}${step}`);
