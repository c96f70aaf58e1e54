import type { Trace } from '../model.ts';
import { isHex } from './hex-digits.ts';

/** Nothing of a store that holds nanoseconds in 64 bits is later. */
export const LATEST_MS = Number(2n ** 63n / 1_000_000n);

/**
 * Whether a value is a saved trace just as compare --save writes it, members in that order. A schema
 * takes ten times as long, and is asked only where this says no: it may still accept, or says why not.
 */
export function isPlainTrace(value: unknown): value is Trace {
  if (!hasMembers(value, TRACE) || !isHex(value.traceId, 32)) return false;
  if (typeof value.projectId !== 'string' || !Array.isArray(value.spans)) return false;
  if (value.outside !== undefined && value.outside !== true) return false;
  for (const span of value.spans) if (!isSpan(span, value.traceId)) return false;
  return true;
}

const TRACE = ['traceId', 'projectId', 'spans', 'outside'] as const;
const SPAN = [
  ...['traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'startMs', 'endMs'],
  ...['impossible', 'attributes', 'events', 'links', 'status'],
];
const EVENT = ['name', 'timeMs', 'attributes'];
const LINK = ['traceId', 'spanId'];
const STATUS = ['error', 'message'];

type Loose = Readonly<Record<string, unknown>>;

/** An object with no other members than these, in this order. */
function hasMembers(value: unknown, names: readonly string[]): value is Loose {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let at = 0;
  for (const name in value) {
    while (names[at] !== name) if (++at >= names.length) return false;
    at += 1;
  }
  return true;
}

function isSpan(span: unknown, traceId: unknown): boolean {
  if (!hasMembers(span, SPAN)) return false;
  const { parentSpanId, kind, impossible, events, links, status } = span;
  return (
    span.traceId === traceId &&
    isHex(span.spanId, 16) &&
    (parentSpanId === undefined || isHex(parentSpanId, 16)) &&
    typeof span.name === 'string' &&
    (kind === 'internal' || kind === 'server' || kind === 'client') &&
    isTime(span.startMs) &&
    isTime(span.endMs) &&
    (impossible === undefined || typeof impossible === 'string') &&
    isTexts(span.attributes) &&
    (events === undefined || isListOf(events, isEvent)) &&
    (links === undefined || isListOf(links, isLink)) &&
    (status === undefined || isStatus(status))
  );
}

const isListOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isItem);

const isEvent = (value: unknown): boolean =>
  hasMembers(value, EVENT) &&
  typeof value.name === 'string' &&
  isTime(value.timeMs) &&
  isTexts(value.attributes);

const isLink = (value: unknown): boolean =>
  hasMembers(value, LINK) && isHex(value.traceId, 32) && isHex(value.spanId, 16);

const isStatus = (value: unknown): boolean =>
  hasMembers(value, STATUS) &&
  typeof value.error === 'boolean' &&
  (value.message === undefined || typeof value.message === 'string');

function isTexts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    if (typeof (value as Loose)[name] !== 'string' || name === '__proto__') return false;
  }
  return true;
}

const isTime = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value <= LATEST_MS;
