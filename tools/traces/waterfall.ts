import { ownedTimes } from './accounting.ts';
import { isComplete, isFirstOfInstance } from './completeness.ts';
import { chooseDrawn } from './drawn-spans.ts';
import type { NormalisedTrace } from './normalise.ts';
import { pathsOf } from './paths.ts';
import { errorOf } from './span.ts';
import type { Node } from './tree.ts';

export type WaterfallEvent = Readonly<{
  name: string;
  /** From the root's start. */
  offsetMs: number;
  attributes: Readonly<Record<string, string>>;
}>;

export type WaterfallSpan = Readonly<{
  spanId: string;
  /** In the normalised tree; null for the root and for orphans. */
  parentSpanId: string | null;
  /** Pairs a span with its counterpart in the other cohort (same path, same colour). */
  path: string;
  service: string;
  name: string;
  kind: 'internal' | 'server' | 'client';
  depth: number;
  /** From the root's start, after correction of clock skew; may be negative for an orphan. */
  offsetMs: number;
  durationMs: number;
  /** Time on which no child was working; of a client span above a server span: the gap. */
  selfMs: number;
  /** Milliseconds by which the span was shifted to correct clock skew; 0 as a rule. */
  shiftedMs: number;
  /** The platform's own span, re-nested between client and server. */
  frontEnd: boolean;
  orphan: boolean;
  /** Why its times cannot be; where it is drawn says nothing then. */
  impossible?: string;
  cold: boolean;
  /** null: no error. */
  error: Readonly<{ type: string; message: string }> | null;
  attributes: Readonly<Record<string, string>>;
  /** null where the source has none to give. */
  events: readonly WaterfallEvent[] | null;
  /** How many spans below it are not among the rows; absent where all are. */
  notDrawn?: number;
}>;

/** One trace ready to draw: spans depth first, each row below its parent. */
export type Waterfall = Readonly<{
  traceId: string;
  projectId: string;
  startMs: number;
  durationMs: number;
  whole: boolean;
  /** First of an instance; in a comparison, also who waited for one. */
  cold: boolean;
  /** Where to open it; null where the source was not Cloud Trace. */
  consoleUrl: string | null;
  /** Read through Cloud Trace's v1 API, which gives no events; absent of any other source. */
  ofV1?: true;
  spans: readonly WaterfallSpan[];
  /** How many of its spans are not among the rows, which nobody could read; absent as a rule. */
  notDrawn?: number;
}>;

/** A request ready to draw. `consoleUrl`: where to open its trace, if it came from Cloud Trace. */
export function createWaterfall(
  tree: NormalisedTrace,
  consoleUrl: string | null = null,
): Waterfall {
  const owned = ownedTimes(tree);
  const paths = pathsOf(tree);
  const drawn = chooseDrawn(tree.nodes);
  const notDrawn = tree.nodes.length - drawn.size;
  return {
    traceId: tree.traceId,
    projectId: tree.projectId,
    startMs: tree.startMs,
    durationMs: tree.root === null ? extentMs(tree) : tree.root.endMs - tree.root.startMs,
    whole: isComplete(tree),
    cold: isFirstOfInstance(tree),
    consoleUrl,
    spans: [...drawn].map(([node, below]) => ({
      ...row(node, { tree, selfMs: owned[node.index] ?? 0, path: paths[node.index] ?? '' }),
      ...(below > 0 && { notDrawn: below }),
    })),
    ...(notDrawn > 0 && { notDrawn }),
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
    depth: node.depth,
    offsetMs: node.startMs,
    durationMs: node.endMs - node.startMs,
    selfMs: at.selfMs,
    shiftedMs: node.shiftedMs,
    frontEnd: node.frontEnd,
    orphan: node.orphan,
    ...(span.impossible === undefined ? {} : { impossible: span.impossible }),
    cold: !node.frontEnd && node.facts.coldStart,
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
