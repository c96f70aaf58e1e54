import { ATTR } from '../../lib/telemetry/names.ts';
import { failureOf } from '../traces/failure.ts';
import { isRequestSpan } from '../traces/link.ts';
import type { Span, Trace } from '../traces/model.ts';
import { type NormalisedTrace, requestRootOf } from '../traces/normalise.ts';
import type { Attributes } from '../traces/per-attributes.ts';
import { shedBefore } from '../traces/shed.ts';
import { asksForUnwanted, errorOf } from '../traces/span.ts';
import { impossibleDelayOf } from '../traces/start-delay.ts';
import { type Node, onGrid } from '../traces/tree.ts';
import { readAlike } from './shape-labels.ts';

/** What a span's trace says of it but for ids and times. Numbers are places in the shape. */
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
 * kinds and parents in any order, and labels that differ only where no rule looks. All spans
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
/** Of the trace that is looked at: which span is each one of the shape, and when it was. */
const places = new Int32Array(MOST_SPANS);
const startsMs = new Float64Array(MOST_SPANS);
const endsMs = new Float64Array(MOST_SPANS);

/** Null where rules may say something else of another trace that is like this one. */
export function shapeOf({ spans }: Trace, tree: NormalisedTrace): Shape | null {
  const { root, nodes, profile } = tree;
  if (root === null || nodes.length !== spans.length || spans.length > MOST_SPANS) return null;
  // Requests that were shed before it are counted by its run, which no shape holds.
  if (shedBefore(root.span) > 0) return null;
  // Where several spans have no parent, times tell the root.
  if (tree.detached.length > 0) return null;
  if (!nodes.every(isPlain) || failureOf(tree) !== null || !hasOnePlatform(tree)) return null;
  const byId = new Map(spans.map(({ spanId }, place) => [spanId, place]));
  const placeOf = (id: string | undefined) => (id === undefined ? NONE : (byId.get(id) ?? MISSING));
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
  return rootByShape(shape, spans) === null ? null : shape;
}

/** Nothing of it failed or is wrong, and its parent is one that it names. */
function isPlain({ span, parent, frontEnd, facts }: Node): boolean {
  const { attributes, parentSpanId } = span;
  if (errorOf(span) !== null || facts.wrongCount !== null) return false;
  if (asksForUnwanted({ attributes })) return false;
  // Which server a front end passed its call on to, times may tell; and whose caller is its, the order.
  const id = parent?.span.spanId;
  const isReceived = !frontEnd && attributes[ATTR.frontEndSpanId] === id;
  return id === undefined || parentSpanId === id || isReceived;
}

/** Where spans name several platforms, times tell which one comes first. */
const hasOnePlatform = ({ nodes }: NormalisedTrace): boolean => {
  const has = ({ span }: Node) => Boolean(span.attributes['cloud.platform']);
  return nodes.slice(0, 1).some(has) || !nodes.some(has);
};

/**
 * The root of these spans, where every rule says of their trace what it says of one with this shape; else
 * null.
 */
export function rootByShape(shape: Shape, spans: readonly Span[]): Span | null {
  const hasShape =
    spans.length === shape.spans.length &&
    findPlaces(shape, spans) &&
    areLinked(shape, spans) &&
    areInside(shape) &&
    areDistinct(spans) &&
    (!shape.isScheduled || isInTime(shape, spans));
  return hasShape ? (spans[places[shape.root] as number] as Span) : null;
}

/** Finds to each span of the shape one of these; as a rule they come in the same order. */
function findPlaces({ spans: all }: Shape, spans: readonly Span[]): boolean {
  places.fill(NONE, 0, all.length);
  for (let at = 0; at < all.length; at += 1) {
    const span = spans[at] as Span;
    let like = at;
    if (places[at] !== NONE || !isAlike(span, all[at] as SpanShape)) {
      for (like = 0; like < all.length; like += 1) {
        if (places[like] === NONE && isAlike(span, all[like] as SpanShape)) break;
      }
      if (like === all.length) return false;
    }
    places[like] = at;
  }
  return true;
}

const isAlike = (span: Span, like: SpanShape): boolean =>
  span.name === like.name &&
  span.kind === like.kind &&
  span.impossible === undefined &&
  span.status?.error !== true &&
  (like.isRequest ? span.endMs > span.startMs : span.endMs >= span.startMs) &&
  readAlike(span.attributes, like);

/** Whether ids lead where they lead in the shape. Notes the times, as a tree has them. */
function areLinked({ spans: all, root }: Shape, spans: readonly Span[]): boolean {
  const zeroMs = (spans[places[root] as number] as Span).startMs;
  for (let at = 0; at < all.length; at += 1) {
    const span = spans[places[at] as number] as Span;
    const { parent, received } = all[at] as SpanShape;
    if (!leads(span.parentSpanId, parent, spans)) return false;
    if (received !== NONE) {
      if (!leads(span.attributes[ATTR.frontEndSpanId], received, spans)) return false;
    }
    const startMs = onGrid(span.startMs - zeroMs);
    startsMs[at] = startMs;
    endsMs[at] = startMs + onGrid(span.endMs - span.startMs);
  }
  return true;
}

function leads(id: string | undefined, to: number, spans: readonly Span[]): boolean {
  if (to >= 0) return spans[places[to] as number]?.spanId === id;
  if (to === NONE || id === undefined) return to === NONE && id === undefined;
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
  const span = spans[places[root] as number] as Span;
  return impossibleDelayOf({ span, startMs, endMs }) === null;
}
