import { type Deviation, NO_EXAMPLE } from '../deviation.ts';
import type { Span, SpanKind, Trace } from '../model.ts';
import { toTrace } from './gather.ts';
import { isNot, show, UnreadableError, within } from './unreadable.ts';

type OnDeviation = (deviation: Deviation) => void;
type Members = Readonly<Record<string, unknown>>;

/** GetTrace and COMPLETE lists return no more spans of one trace. */
const MOST_SPANS = 10_000;

export type V1List = Readonly<{ traces: readonly Trace[]; nextPageToken: string | undefined }>;

/** A page of ListTraces. Throws UnreadableError where it is none. */
export function parseV1List(answer: unknown, onDeviation?: OnDeviation): V1List {
  const members = membersOf(answer, LIST, onDeviation ?? (() => {}));
  const traces = members.traces ?? [];
  if (!Array.isArray(traces)) throw isNot('traces', traces, 'a list');
  return {
    traces: traces.map((trace: unknown, index) =>
      within(`traces[${index}]`, () => parseV1Trace(trace, onDeviation)),
    ),
    nextPageToken: textOf(members, 'nextPageToken') || undefined,
  };
}

/**
 * A trace as Cloud Trace's v1 API returns it: decimal uint64 ids, two kinds, string labels; no
 * events, links or status. Throws UnreadableError where it is none.
 * https://cloud.google.com/trace/docs/reference/v1/rest/v1/projects.traces
 */
export function parseV1Trace(trace: unknown, onDeviation: OnDeviation = () => {}): Trace {
  const members = membersOf(trace, TRACE, onDeviation);
  const traceId = textOf(members, 'traceId').toLowerCase();
  if (!/^(?!0+$)[0-9a-f]{32}$/.test(traceId)) {
    throw isNot('traceId', members.traceId, '32 hexadecimal digits');
  }
  return within(`trace ${traceId}`, () => {
    const projectId = textOf(members, 'projectId');
    const list = members.spans ?? [];
    if (!Array.isArray(list)) throw isNot('spans', list, 'a list');
    if (list.length >= MOST_SPANS) {
      const example = { ...NO_EXAMPLE, traceId, value: `${list.length} spans` };
      onDeviation({ kind: 'span-limit', count: 1, example });
    }
    const spans = list.map((span: unknown, index) =>
      within(`spans[${index}]`, () => parseSpan(membersOf(span, SPAN, onDeviation), traceId)),
    );
    return toTrace(traceId, projectId, spans, { add: onDeviation });
  });
}

const LIST: ReadonlySet<string> = new Set(['traces', 'nextPageToken']);
const TRACE: ReadonlySet<string> = new Set(['projectId', 'traceId', 'spans']);
const SPAN: ReadonlySet<string> = new Set([
  ...['spanId', 'parentSpanId', 'kind', 'name', 'startTime', 'endTime', 'labels'],
]);

function membersOf(value: unknown, known: ReadonlySet<string>, onDeviation: OnDeviation): Members {
  const members = objectOf('', value);
  for (const name of Object.keys(members)) {
    if (known.has(name)) continue;
    const example = { ...NO_EXAMPLE, value: JSON.stringify(name) };
    onDeviation({ kind: 'unknown-member', count: 1, example });
  }
  return members;
}

function parseSpan(members: Members, traceId: string): Span {
  const spanId = hexId(members, 'spanId');
  if (spanId === undefined) throw isNot('spanId', members.spanId, `${ID}, not 0`);
  const parentSpanId = hexId(members, 'parentSpanId');
  const kind = members.kind ?? 'SPAN_KIND_UNSPECIFIED';
  const known = typeof kind === 'string' ? KINDS.get(kind) : undefined;
  if (known === undefined) throw isNot('kind', kind, [...KINDS.keys()].join(', '));
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: textOf(members, 'name'),
    kind: known,
    ...timesOf(members),
    attributes: labelsOf(members.labels),
  };
}

const KINDS: ReadonlyMap<string, SpanKind> = new Map([
  ['SPAN_KIND_UNSPECIFIED', 'internal'],
  ['RPC_SERVER', 'server'],
  ['RPC_CLIENT', 'client'],
]);

const ID = 'a decimal number of 64 bits, as text';

/** A decimal uint64 as 16 hex digits; absent and 0 stand for none. */
function hexId(members: Members, name: string): string | undefined {
  const value = members[name] ?? '';
  // Other stores' JSON may have a number; beyond 2^53 it is no longer the one that was sent.
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (text === '') return undefined;
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text) || BigInt(text) >= 2n ** 64n) {
    throw isNot(name, value, ID);
  }
  return BigInt(text) === 0n ? undefined : BigInt(text).toString(16).padStart(16, '0');
}

type Moment = Readonly<{ ms: number; nanos: bigint }>;

/** RFC 3339 with up to nine decimals; Date.parse alone would cut at the millisecond. */
function momentOf(members: Members, name: string): Moment | undefined {
  const value = members[name] ?? '';
  if (value === '') return undefined;
  const match = typeof value === 'string' ? TIMESTAMP.exec(value) : null;
  const [, upToSecond = '', decimals = '', zone = ''] = match ?? [];
  const wholeMs = Date.parse(upToSecond + zone);
  if (match === null || !Number.isFinite(wholeMs)) {
    throw isNot(name, value, 'a time as 2026-01-31T12:00:00.123456789Z');
  }
  const nanos = BigInt(wholeMs) * 1_000_000n + BigInt(decimals.slice(1).padEnd(9, '0'));
  return { ms: wholeMs + Number(`0${decimals}`) * 1_000, nanos };
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

function timesOf(
  members: Members,
): Readonly<{ startMs: number; endMs: number; impossible?: string }> {
  const [start, end] = [momentOf(members, 'startTime'), momentOf(members, 'endTime')];
  if (start === undefined || end === undefined) {
    const atMs = (start ?? end)?.ms ?? 0;
    const missing = [
      ...(start === undefined ? ['startTime'] : []),
      ...(end === undefined ? ['endTime'] : []),
    ];
    return { startMs: atMs, endMs: atMs, impossible: `${missing.join(' and ')} is missing` };
  }
  // Of a few nanoseconds milliseconds show nothing.
  if (end.nanos >= start.nanos) return { startMs: start.ms, endMs: end.ms };
  const impossible = `endTime ${show(members.endTime)} is before startTime ${show(members.startTime)}`;
  return { startMs: start.ms, endMs: start.ms, impossible };
}

function labelsOf(value: unknown): Readonly<Record<string, string>> {
  const labels = objectOf('labels', value ?? {});
  for (const [key, label] of Object.entries(labels)) {
    if (typeof label !== 'string') throw isNot(`labels[${JSON.stringify(key)}]`, label, 'text');
  }
  return labels as Readonly<Record<string, string>>;
}

function textOf(members: Members, name: string): string {
  const value = members[name] ?? '';
  if (typeof value === 'string') return value;
  throw isNot(name, value, 'text');
}

function objectOf(field: string, value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw field === ''
    ? new UnreadableError('', `is ${show(value)}; allowed: an object`)
    : isNot(field, value, 'an object');
}
