import { type Deviation, NO_EXAMPLE } from '../deviation.ts';
import type { Span, SpanKind, Trace } from '../model.ts';
import { toTrace } from './gather.ts';
import { enumOf, listOf, type Members, message, objectOf, textOf, textsOf } from './members.ts';
import { paddedId, requiredPaddedId } from './padded-id.ts';
import { type Moment, toMoment, toSpanTimes } from './times.ts';
import { isNot, show, within } from './unreadable.ts';

type OnDeviation = (deviation: Deviation) => void;

/** GetTrace and COMPLETE lists return no more spans of one trace. */
const MOST_SPANS = 10_000;

export type V1List = Readonly<{ traces: readonly Trace[]; nextPageToken: string | undefined }>;

const listAnswer = message('ListTracesResponse', 'traces', 'nextPageToken');
const traceMessage = message('Trace', 'projectId', 'traceId', 'spans');
const spanMessage = message(
  'TraceSpan',
  ...['spanId', 'parentSpanId', 'kind', 'name', 'startTime', 'endTime', 'labels'],
);

/** A page of ListTraces. Throws UnreadableError where it is none. */
export function parseV1List(answer: unknown, onDeviation: OnDeviation = () => {}): V1List {
  const { traces, nextPageToken } = v1TracesIn(answer, onDeviation);
  return {
    traces: traces.map((trace, index) =>
      within(`traces[${index}]`, () => parseV1Trace(trace, onDeviation)),
    ),
    nextPageToken,
  };
}

/** The same, each trace still as it came. */
export function v1TracesIn(answer: unknown, onDeviation: OnDeviation) {
  const members = listAnswer(objectOf('', answer), tellUnknown(onDeviation));
  return {
    traces: listOf(members, 'traces'),
    nextPageToken: textOf(members, 'nextPageToken') || undefined,
  };
}

/**
 * A trace as Cloud Trace's v1 API returns it: decimal uint64 ids, two kinds, string labels; no
 * events, links or status. Throws UnreadableError where it is none.
 * https://cloud.google.com/trace/docs/reference/v1/rest/v1/projects.traces
 */
export function parseV1Trace(trace: unknown, onDeviation: OnDeviation = () => {}): Trace {
  const { traceId, projectId, spans } = parseV1Spans(trace, onDeviation);
  return toTrace(traceId, projectId, spans, { add: onDeviation });
}

/** The same, the spans as they came: of those that were stored twice nothing is left out yet. */
export function parseV1Spans(trace: unknown, onDeviation: OnDeviation): Trace {
  const onUnknown = tellUnknown(onDeviation);
  const members = traceMessage(objectOf('', trace), onUnknown);
  const traceId = textOf(members, 'traceId').toLowerCase();
  if (!/^(?!0+$)[0-9a-f]{32}$/.test(traceId)) {
    throw isNot('traceId', members.traceId, '32 hexadecimal digits');
  }
  return within(`trace ${traceId}`, () => {
    const list = listOf(members, 'spans');
    if (list.length >= MOST_SPANS) {
      const example = { ...NO_EXAMPLE, traceId, value: `${list.length} spans` };
      onDeviation({ kind: 'span-limit', count: 1, example });
    }
    const spans = list.map((span, index) =>
      within(`spans[${index}]`, () => parseSpan(spanMessage(span, onUnknown), traceId)),
    );
    return { traceId, projectId: textOf(members, 'projectId'), spans };
  });
}

const tellUnknown = (onDeviation: OnDeviation) => (of: string, name: string) => {
  const example = { ...NO_EXAMPLE, value: `${JSON.stringify(name)} of ${of}` };
  onDeviation({ kind: 'unknown-member', count: 1, example });
};

const SPAN_ID = { digits: 16, base: 10 } as const;

function parseSpan(members: Members, traceId: string): Span {
  const parentSpanId = paddedId(members, 'parentSpanId', SPAN_ID);
  return {
    traceId,
    spanId: requiredPaddedId(members, 'spanId', SPAN_ID),
    ...(parentSpanId === null ? {} : { parentSpanId }),
    name: textOf(members, 'name'),
    kind: KINDS[enumOf(members, 'kind', KIND_NAMES)] ?? 'internal',
    ...toSpanTimes(
      momentOf(members, 'startTime'),
      momentOf(members, 'endTime'),
      () => `endTime ${show(members.endTime)} is before startTime ${show(members.startTime)}`,
    ),
    attributes: textsOf(members, 'labels'),
  };
}

const KINDS: readonly SpanKind[] = ['internal', 'server', 'client'];
const KIND_NAMES = ['SPAN_KIND_UNSPECIFIED', 'RPC_SERVER', 'RPC_CLIENT'];

/** RFC 3339 with up to nine decimals; Date.parse alone would cut at the millisecond. */
function momentOf(members: Members, name: string): Moment {
  const value = members[name] ?? '';
  if (value === '') return { why: `${name} is missing` };
  const match = typeof value === 'string' ? TIMESTAMP.exec(value) : null;
  const [, upToSecond = '', decimals = '', zone = ''] = match ?? [];
  const wholeMs = Date.parse(upToSecond + zone);
  if (match === null || !Number.isFinite(wholeMs)) {
    throw isNot(name, value, 'a time as 2026-01-31T12:00:00.123456789Z');
  }
  const nanos = BigInt(wholeMs) * 1_000_000n + BigInt(decimals.slice(1).padEnd(9, '0'));
  return toMoment(nanos, `${name} ${show(value)}`);
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
