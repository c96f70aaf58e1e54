import { SPAN } from '../../lib/telemetry/names.ts';
import type { NormalisedTrace } from './normalise.ts';
import { UNNAMED } from './span.ts';
import type { Node } from './tree.ts';

const OWN_NAMES: ReadonlySet<string> = new Set([SPAN.worksRead, SPAN.worksSearch]);

/** What only this system's own telemetry writes. */
const isMarked = ({ span }: Node): boolean =>
  OWN_NAMES.has(span.name) || Object.keys(span.attributes).some((key) => /^shakesapp\./.test(key));

/** Envoy, which a mesh puts beside a program, often under that program's name. */
export const isProxy = ({ span }: Node): boolean => span.attributes.component === 'proxy';

/** An SDK says so itself: in its resource, or where Google's exporters for Cloud Trace name it. */
function isOfAnotherLanguage({ span: { attributes } }: Node): boolean {
  const language = attributes['telemetry.sdk.language'];
  if (language !== undefined) return language !== 'nodejs';
  const agent = attributes['g.co/agent'];
  return agent !== undefined && !agent.includes('opentelemetry-js');
}

/**
 * Which spans of a trace this system's own programs made. A service in another language may stand
 * in for any of them, under its name: what a trace must hold is asked of our programs alone.
 */
export function ownTest({ nodes }: NormalisedTrace): (node: Node) => boolean {
  const isForeign = (node: Node) => isProxy(node) || isOfAnotherLanguage(node);
  const marked = nodes.filter((node) => isMarked(node) && !isForeign(node));
  const services = new Set(
    marked
      .filter(({ frontEnd, service }) => !frontEnd && service !== UNNAMED)
      .map(({ service }) => service),
  );
  const spans = new Set(marked);
  return (node) =>
    spans.has(node) || (!node.frontEnd && services.has(node.service) && !isForeign(node));
}
