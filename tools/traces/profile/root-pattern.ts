import { UsageError } from '../../cli/command-line.ts';
import type { Node } from '../tree.ts';
import { foldedNameOf } from './fold-names.ts';

/** Which spans are requests, by service and name; at least one of the two is given. */
export type RootPattern = Readonly<{ service: string | null; name: string | null }>;

/** Parses `service=S,name=N`, or one of the two; only the name may hold ','. Throws UsageError. */
export function parseRoot(value: string): RootPattern {
  const [, service, name] = /^service=([^,]+)(?:,\s*name=(.+))?$/.exec(value.trim()) ?? [];
  if (service !== undefined) return { service, name: name ?? null };
  const [, alone, owner] = /^name=(.+?)(?:,\s*service=([^,]+))?$/.exec(value.trim()) ?? [];
  if (alone !== undefined) return { service: owner ?? null, name: alone };
  throw new UsageError(
    `--root is ${JSON.stringify(value)}; allowed: service=NAME, name=NAME or service=NAME,name=NAME, ` +
      'e.g. service=checkout,name=POST /orders',
  );
}

/** As `--root` takes it. */
export const rootText = ({ service, name }: RootPattern): string =>
  [
    ...(service === null ? [] : [`service=${service}`]),
    ...(name === null ? [] : [`name=${name}`]),
  ].join(',');

/** The name as the span has it, or as the report shows it. */
const matches = ({ service, span }: Node, root: RootPattern): boolean =>
  (root.service === null || service === root.service) &&
  (root.name === null || span.name === root.name || foldedNameOf(span) === root.name);

/** The topmost matching spans; each knows its parent. What lies below another one is no request. */
export function topmostMatching(nodes: readonly Node[], root: RootPattern): Node[] {
  const matching = new Set(nodes.filter((node) => matches(node, root)));
  return [...matching].filter((node) => {
    for (let above = node.parent; above !== null; above = above.parent) {
      if (matching.has(above)) return false;
    }
    return true;
  });
}
