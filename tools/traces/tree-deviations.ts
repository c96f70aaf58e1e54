import { type Deviation, type DeviationKind, NO_EXAMPLE } from './deviation.ts';
import { isRequestSpan } from './link.ts';
import { type NormalisedTrace, requestRootOf } from './normalise.ts';
import { impossibleDelayOf } from './start-delay.ts';
import type { Node } from './tree.ts';

/** The root of a request whose times are possible and whose start delay is not. */
export function withImpossibleDelay(tree: NormalisedTrace): readonly Node[] {
  const isScheduled = tree.profile === 'shakesapp' && tree.impossible.length === 0;
  const root = isScheduled ? requestRootOf(tree) : null;
  return root === null || impossibleDelayOf(root) === null ? [] : [root];
}

const NO_DEVIATION: readonly Deviation[] = [];

const isRegular = (tree: NormalisedTrace): boolean =>
  tree.impossible.length === 0 &&
  tree.requestsInTrace <= 1 &&
  tree.surplusRoots.length === 0 &&
  tree.cutCycles.length === 0 &&
  withImpossibleDelay(tree).length === 0;

/** What deviates in the tree, each kind once. */
export function deviationsOf(tree: NormalisedTrace): readonly Deviation[] {
  const { traceId, requestsInTrace, root } = tree;
  if (isRegular(tree)) return NO_DEVIATION;
  const of = (
    kind: DeviationKind,
    nodes: readonly Node[],
    value?: (node: Node) => string | null,
  ) => {
    const [first] = nodes;
    if (first === undefined) return [];
    const { spanId } = first.span;
    const example = { ...NO_EXAMPLE, traceId, spanId, value: value?.(first) ?? null };
    return [{ kind, count: nodes.length, example }];
  };
  const named = ({ service, span }: Node) => `${service}:${span.name}`;
  return [
    ...of('impossible-time', tree.impossible, ({ span }) => span.impossible ?? null),
    ...of('impossible-start-delay', withImpossibleDelay(tree), impossibleDelayOf),
    ...of(
      'several-requests',
      // Who names the spans that are requests knows that a trace may hold several.
      requestsInTrace > 1 && root !== null && isRequestSpan(root) && tree.profile === 'shakesapp'
        ? [root]
        : [],
    ),
    ...of('surplus-root', tree.surplusRoots, named),
    ...of('cycle', tree.cutCycles, named),
  ];
}
