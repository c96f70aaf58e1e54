import { SPAN } from '../../lib/telemetry/names.ts';
import type { NormalisedTrace } from './normalise.ts';
import { UNNAMED } from './span.ts';
import type { Node } from './tree.ts';

const OWN_NAMES: ReadonlySet<string> = new Set([SPAN.worksRead, SPAN.worksSearch]);

/** What only this system's own telemetry writes. */
const isMarked = ({ span }: Node): boolean =>
  OWN_NAMES.has(span.name) || Object.keys(span.attributes).some((key) => /^shakesapp\./.test(key));

/**
 * Which spans of a trace this system's own programs made. A service in another language may stand
 * in for any of them, under its name: what a trace must hold is asked of our own alone.
 */
export function ownTest({ nodes }: NormalisedTrace): (node: Node) => boolean {
  const marked = nodes.filter(isMarked);
  const services = new Set(
    marked
      .filter(({ frontEnd, service }) => !frontEnd && service !== UNNAMED)
      .map(({ service }) => service),
  );
  const spans = new Set(marked);
  return (node) => spans.has(node) || (!node.frontEnd && services.has(node.service));
}
