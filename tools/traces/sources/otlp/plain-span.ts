/**
 * Most spans are just as the specification has them. This reads those in a fraction of the decoder's
 * time: it looks at each member once, in place, and makes no object that is not kept. For any other
 * span it answers null and says nothing: the decoder then reads it, reports what deviates, or refuses.
 */

import { interned } from '../../interned.ts';
import type { Span, SpanEvent, SpanKind } from '../../model.ts';
import { isHex } from '../hex-digits.ts';
import type { Labels } from '../labels.ts';
import { NO_LABELS } from '../shared-labels.ts';
import { plainLabels } from './plain-labels.ts';
import { restOf, wholeMsOf } from './plain-nanos.ts';

type Loose = Readonly<Record<string, unknown>>;

const KINDS: readonly SpanKind[] = [
  ...(['internal', 'internal', 'server', 'client', 'internal', 'internal'] as const),
];
/** Shared by all spans, as nobody writes to them. */
const NONE: readonly never[] = [];
const FINE = { error: false } as const;
const STATUSES = [FINE, FINE, { error: true }] as const;

const DROPPED = new Set(['droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount']);

/** Spans of a trace often follow each other: one text for all, and one look at its digits. */
let lastTraceId = '';

/** The span of a parsed one with the labels of its resource; null where it is not plain. */
export function plainSpan(raw: unknown, shared: Labels): Span | null {
  if (typeof raw !== 'object' || raw === null) return null;
  let traceId: unknown;
  let spanId: unknown;
  let parentSpanId: unknown = '';
  let name: unknown = '';
  let kind: unknown = 0;
  let start: unknown;
  let end: unknown;
  let attributes: unknown = NONE;
  let events: unknown = NONE;
  let links: unknown = NONE;
  let status: unknown = NO_LABELS;
  for (const member in raw) {
    const value = (raw as Loose)[member];
    if (member === 'traceId') traceId = value;
    else if (member === 'spanId') spanId = value;
    else if (member === 'parentSpanId') parentSpanId = value;
    else if (member === 'name') name = value;
    else if (member === 'kind') kind = value;
    else if (member === 'startTimeUnixNano') start = value;
    else if (member === 'endTimeUnixNano') end = value;
    else if (member === 'attributes') attributes = value;
    else if (member === 'events') events = value;
    else if (member === 'links') links = value;
    else if (member === 'status') status = value;
    else if (DROPPED.has(member)) {
      if (value !== 0) return null;
    } else if (member !== 'flags' && member !== 'traceState') return null;
  }
  if (traceId !== lastTraceId) {
    if (!isHex(traceId, 32)) return null;
    lastTraceId = traceId;
  }
  if (!isHex(spanId, 16)) return null;
  if (parentSpanId !== '' && !isHex(parentSpanId, 16)) return null;
  const ofKind = KINDS[kind as number];
  if (typeof name !== 'string' || typeof kind !== 'number' || ofKind === undefined) return null;
  if (!Array.isArray(links) || links.length > 0) return null;
  const wholeStart = wholeMsOf(start);
  const wholeEnd = wholeMsOf(end);
  if (wholeStart < 0 || wholeEnd < wholeStart) return null;
  const restOfStart = restOf(start as string);
  const restOfEnd = restOf(end as string);
  if (wholeEnd === wholeStart && restOfEnd < restOfStart) return null;
  const labels = plainLabels(attributes, shared);
  const plainEvents = eventsOf(events);
  const plainStatus = statusOf(status);
  if (labels === null || plainEvents === null || plainStatus === null) return null;
  const startMs = wholeStart + restOfStart / 1e6;
  const endMs = wholeEnd + restOfEnd / 1e6;
  // Both written out: a spread takes as long as all the rest.
  if (parentSpanId === '') {
    return {
      traceId: lastTraceId,
      spanId,
      name: interned(name),
      kind: ofKind,
      startMs,
      endMs,
      attributes: labels,
      events: plainEvents,
      links: NONE,
      status: plainStatus,
    };
  }
  return {
    traceId: lastTraceId,
    spanId,
    parentSpanId: parentSpanId as string,
    name: interned(name),
    kind: ofKind,
    startMs,
    endMs,
    attributes: labels,
    events: plainEvents,
    links: NONE,
    status: plainStatus,
  };
}

function eventsOf(list: unknown): readonly SpanEvent[] | null {
  if (!Array.isArray(list)) return null;
  if (list.length === 0) return NONE;
  const events: SpanEvent[] = [];
  for (const raw of list) {
    const event = eventOf(raw);
    if (event === null) return null;
    events.push(event);
  }
  return events;
}

function eventOf(raw: unknown): SpanEvent | null {
  if (typeof raw !== 'object' || raw === null) return null;
  for (const member in raw) if (!EVENT.has(member)) return null;
  const { timeUnixNano: time, name = '', attributes: list = NONE } = raw as Loose;
  const ms = wholeMsOf(time);
  const attributes = plainLabels(list, NO_LABELS);
  if (ms < 0 || typeof name !== 'string' || attributes === null) return null;
  return { name, timeMs: ms + restOf(time as string) / 1e6, attributes };
}

const EVENT = new Set(['timeUnixNano', 'name', 'attributes', 'droppedAttributesCount']);

function statusOf(raw: unknown): Required<Span>['status'] | null {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
  for (const member in raw) if (member !== 'code' && member !== 'message') return null;
  const { code = 0, message = '' } = raw as Loose;
  const status = typeof code === 'number' ? STATUSES[code] : undefined;
  if (status === undefined || typeof message !== 'string') return null;
  return message === '' ? status : { ...status, message };
}
