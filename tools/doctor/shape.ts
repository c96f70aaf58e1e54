import { ATTR } from '../../lib/telemetry/names.ts';
import { failureOf } from '../traces/failure.ts';
import { isRequestSpan } from '../traces/link.ts';
import type { Span, Trace } from '../traces/model.ts';
import { type NormalisedTrace, requestRootOf } from '../traces/normalise.ts';
import type { Attributes } from '../traces/per-attributes.ts';
import { asksForUnwanted, errorOf } from '../traces/span.ts';
import { impossibleDelayOf } from '../traces/start-delay.ts';
import { type Node, onGrid } from '../traces/tree.ts';
import { readAlike } from './shape-labels.ts';

/** What a span's trace says of it but for ids and times. Places are those of spans in the trace. */
type SpanShape = Readonly<{
  name: string;
  kind: Span['kind'];
  labels: Attributes;
  /** How many labels. */
  size: number;
  /** Where its parent is, and the front end's span that it received. */
  parent: number;
  received: number;
  /** Of another program's span that called it: it lies inside that. */
  caller: number;
  isRequest: boolean;
}>;

/**
 * What traces have in common of which every rule says the same: spans of the same programs, names,
 * kinds and parents in the same order, and labels that differ only where no rule looks. All spans
 * succeeded, and each one lies inside its caller, so that no rule asks for more of their times.
 */
export type Shape = Readonly<{
  spans: readonly SpanShape[];
  root: number;
  /** Whether its root may say how late it started. */
  isScheduled: boolean;
}>;

/** No id is named, or one that no span of the trace has. */
const NONE = -1;
const MISSING = -2;

/** Traces with more spans seldom have the shape of another one. */
const MOST_SPANS = 48;
const startsMs = new Float64Array(MOST_SPANS);
const endsMs = new Float64Array(MOST_SPANS);

/** Null where rules may say something else of another trace that is like this one. */
export function shapeOf({ spans }: Trace, tree: NormalisedTrace): Shape | null {
  const { root, nodes, profile } = tree;
  if (root === null || nodes.length !== spans.length || spans.length > MOST_SPANS) return null;
  // Where several spans have no parent, times tell the root.
  if (tree.detached.length > 0) return null;
  if (!nodes.every(isPlain) || failureOf(tree) !== null || !hasOnePlatform(tree)) return null;
  const places = new Map(spans.map(({ spanId }, place) => [spanId, place]));
  const placeOf = (id: string | undefined) =>
    id === undefined ? NONE : (places.get(id) ?? MISSING);
  const nodeOf = new Map(nodes.map((node) => [node.span.spanId, node]));
  const shapes = spans.map((span): SpanShape => {
    const { name, kind, parentSpanId, attributes: labels } = span;
    const node = nodeOf.get(span.spanId) as Node;
    const { frontEnd, caller, service } = node;
    const isCalled = !frontEnd && caller !== null && caller.service !== service;
    return {
      ...{ name, kind, labels, size: Object.keys(labels).length },
      parent: placeOf(parentSpanId),
      received: placeOf(labels[ATTR.frontEndSpanId]),
      caller: isCalled ? placeOf(caller.span.spanId) : NONE,
      isRequest: isRequestSpan(node),
    };
  });
  const isScheduled = profile === 'shakesapp' && requestRootOf(tree) !== null;
  const shape = { spans: shapes, root: placeOf(root.span.spanId), isScheduled };
  return hasShape(shape, spans) ? shape : null;
}

/** Nothing of it failed or is wrong, and its parent is one that it names. */
function isPlain({ span, parent, frontEnd, facts }: Node): boolean {
  const { attributes, parentSpanId } = span;
  if (errorOf(span) !== null || facts.wrongCount !== null) return false;
  if (asksForUnwanted({ attributes })) return false;
  // Which server a front end passed its call on to, times may tell.
  const id = parent?.span.spanId;
  return (
    frontEnd || id === undefined || [parentSpanId, attributes[ATTR.frontEndSpanId]].includes(id)
  );
}

/** Where spans name several platforms, times tell which one comes first. */
const hasOnePlatform = ({ nodes }: NormalisedTrace): boolean => {
  const has = ({ span }: Node) => Boolean(span.attributes['cloud.platform']);
  return nodes.slice(0, 1).some(has) || !nodes.some(has);
};

/** Whether every rule says of a trace with these spans what it says of one with this shape. */
export function hasShape(shape: Shape, spans: readonly Span[]): boolean {
  const { length } = shape.spans;
  if (spans.length !== length) return false;
  const zeroMs = (spans[shape.root] as Span).startMs;
  for (let at = 0; at < length; at += 1) {
    const span = spans[at] as Span;
    const like = shape.spans[at] as SpanShape;
    if (span.name !== like.name || span.kind !== like.kind) return false;
    if (span.impossible !== undefined || span.status?.error === true) return false;
    if (!readAlike(span.attributes, like)) return false;
    if (!isAt(span.parentSpanId, like.parent, spans)) return false;
    if (like.received !== NONE) {
      if (!isAt(span.attributes[ATTR.frontEndSpanId], like.received, spans)) return false;
    }
    if (!(like.isRequest ? span.endMs > span.startMs : span.endMs >= span.startMs)) return false;
    const startMs = onGrid(span.startMs - zeroMs);
    startsMs[at] = startMs;
    endsMs[at] = startMs + onGrid(span.endMs - span.startMs);
  }
  return areInside(shape) && areDistinct(spans) && (!shape.isScheduled || isInTime(shape, spans));
}

function isAt(id: string | undefined, place: number, spans: readonly Span[]): boolean {
  if (place >= 0) return spans[place]?.spanId === id;
  if (place === NONE || id === undefined) return place === NONE && id === undefined;
  return !spans.some(({ spanId }) => spanId === id);
}

function areInside({ spans }: Shape): boolean {
  for (let at = 0; at < spans.length; at += 1) {
    const { caller } = spans[at] as SpanShape;
    if (caller < 0) continue;
    const isInside =
      (startsMs[at] as number) >= (startsMs[caller] as number) &&
      (endsMs[at] as number) <= (endsMs[caller] as number);
    if (!isInside) return false;
  }
  return true;
}

/** So few are compared one by one faster than they are put into a set. */
function areDistinct(spans: readonly Span[]): boolean {
  for (let at = 1; at < spans.length; at += 1) {
    const { spanId } = spans[at] as Span;
    for (let before = 0; before < at; before += 1) {
      if ((spans[before] as Span).spanId === spanId) return false;
    }
  }
  return true;
}

/** Whether the root started as late as it may after it was due. */
function isInTime({ root }: Shape, spans: readonly Span[]): boolean {
  const [startMs, endMs] = [startsMs[root] as number, endsMs[root] as number];
  return impossibleDelayOf({ span: spans[root] as Span, startMs, endMs }) === null;
}
