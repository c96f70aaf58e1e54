import { ATTR } from '../../lib/telemetry/names.ts';
import { ownedTimes } from './accounting.ts';
import { isFirstOfInstance, isWhole } from './completeness.ts';
import type { Trace } from './model.ts';
import { type NormalisedTrace, normalise } from './normalise.ts';
import { errorOf } from './span.ts';
import { pathsOf } from './span-path.ts';
import { depthOf, type Node } from './tree.ts';
import type { Waterfall, WaterfallSpan } from './waterfall-model.ts';

/** A trace ready to draw. `consoleUrl`: where to open it, if it came from Cloud Trace. */
export function createWaterfall(trace: Trace, consoleUrl: string | null = null): Waterfall {
  const tree = normalise(trace);
  const owned = ownedTimes(tree);
  const paths = pathsOf(tree);
  return {
    traceId: trace.traceId,
    projectId: trace.projectId,
    startMs: tree.startMs,
    durationMs: tree.root === null ? extentMs(tree) : tree.root.endMs - tree.root.startMs,
    whole: isWhole(tree),
    cold: isFirstOfInstance(tree),
    consoleUrl,
    spans: tree.nodes.map((node) =>
      row(node, { tree, selfMs: owned.get(node) ?? 0, path: paths.get(node) ?? '' }),
    ),
  };
}

function row(
  node: Node,
  at: { tree: NormalisedTrace; selfMs: number; path: string },
): WaterfallSpan {
  const { span } = node;
  return {
    spanId: span.spanId,
    parentSpanId: node.parent?.span.spanId ?? null,
    path: at.path,
    service: node.service,
    name: span.name,
    kind: span.kind,
    depth: depthOf(node, ({ parent }) => parent),
    offsetMs: node.startMs,
    durationMs: node.endMs - node.startMs,
    selfMs: at.selfMs,
    shiftedMs: node.shiftedMs,
    frontEnd: node.frontEnd,
    orphan: node.orphan,
    cold: !node.frontEnd && span.attributes[ATTR.coldStart] === 'true',
    error: errorOf(span),
    attributes: span.attributes,
    events:
      span.events?.map(({ name, timeMs, attributes }) => ({
        name,
        offsetMs: timeMs - at.tree.startMs + node.shiftedMs,
        attributes,
      })) ?? null,
  };
}

function extentMs(tree: NormalisedTrace): number {
  return tree.nodes.reduce((latest, { endMs }) => Math.max(latest, endMs), 0);
}
