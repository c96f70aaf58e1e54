import { SPAN } from '../../lib/telemetry/names.ts';
import { UNNAMED } from './facts.ts';
import type { NormalisedTrace } from './normalise.ts';
import type { Node } from './tree.ts';

const OWN_NAMES: ReadonlySet<string> = new Set([SPAN.worksRead, SPAN.worksSearch]);

/** Envoy, which a mesh puts beside a program, often under that program's name. */
export const isProxy = ({ facts }: Node): boolean => facts.proxy;

/** By what only this system's own telemetry writes. */
const isMarked = ({ facts, span }: Node): boolean =>
  (facts.marked || OWN_NAMES.has(span.name)) && !facts.proxy && !facts.ofAnotherLanguage;

/**
 * Which spans of a trace this system's own programs made. A service in another language may stand
 * in for any of them, under its name: what a trace must hold is asked of our programs alone.
 */
export function ownTest({ nodes }: NormalisedTrace): (node: Node) => boolean {
  // As a rule every span is marked, and nobody asks for these.
  let services: ReadonlySet<string> | undefined;
  return (node) => {
    if (isMarked(node)) return true;
    if (node.frontEnd || node.facts.proxy || node.facts.ofAnotherLanguage) return false;
    services ??= markedServices(nodes);
    return services.has(node.service);
  };
}

function markedServices(nodes: readonly Node[]): ReadonlySet<string> {
  const services = new Set<string>();
  for (const node of nodes) {
    if (isMarked(node) && !node.frontEnd && node.service !== UNNAMED) services.add(node.service);
  }
  return services;
}
