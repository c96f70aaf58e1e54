import type { Span, SpanKind } from '../model.ts';
import { NAMES } from './format-names.ts';
import { toLabels } from './labels.ts';
import { listOf, type Members, message, textOf, textsOf } from './members.ts';
import { microsOf, spanTimesOf } from './micros.ts';
import { HEX_SPAN_ID, HEX_TRACE_ID, paddedId, requiredPaddedId } from './padded-id.ts';
import { type Report, type TraceFormat, unknownTo } from './trace-format.ts';
import { isNot, within } from './unreadable.ts';
import { takeOtelTags } from './zipkin-tags.ts';

const spanMessage = message(
  'span',
  ...['traceId', 'id', 'parentId', 'kind', 'name', 'timestamp', 'duration', 'localEndpoint'],
  ...['remoteEndpoint', 'annotations', 'tags', 'shared', 'debug'],
);
const endpointMessage = message('endpoint', 'serviceName', 'ipv4', 'ipv6', 'port');
const annotationMessage = message('annotation', 'timestamp', 'value');

/**
 * Version 2 of Zipkin's JSON: a list of spans as programs send it, a list of such lists as
 * /api/v2/traces answers, or a span by itself. Times are in microseconds. A client and its server
 * may share an id, which gather.ts tells apart.
 * https://zipkin.io/zipkin-api/#/default/get_traces
 */
export const zipkinFormat: TraceFormat = {
  name: NAMES.zipkin,
  recognise(document) {
    const spans = [document].flat(2);
    return spans.length > 0 && spans.every(isSpan);
  },
  read: (document, report) =>
    Array.isArray(document)
      ? document.flatMap((one: unknown, index) => within(`[${index}]`, () => readAll(one, report)))
      : readAll(document, report),
  // Neither the list of spans nor that of traces is the value of a member.
  cut: { lists: new Set(['']), trim: (document) => document },
};

/** Version 1 has binaryAnnotations in the place of tags. */
const isSpan = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'traceId' in value &&
  'id' in value &&
  !('binaryAnnotations' in value);

const readAll = (one: unknown, report: Report): readonly Span[] =>
  Array.isArray(one)
    ? one.map((raw: unknown, index) => within(`[${index}]`, () => readSpan(raw, report)))
    : [readSpan(one, report)];

function readSpan(raw: unknown, report: Report): Span {
  const members = spanMessage(raw, unknownTo(report));
  const ids = {
    traceId: requiredPaddedId(members, 'traceId', HEX_TRACE_ID),
    spanId: requiredPaddedId(members, 'id', HEX_SPAN_ID),
  };
  const parentSpanId = paddedId(members, 'parentId', HEX_SPAN_ID);
  const times = spanTimesOf(members, 'timestamp', 'duration');
  const { tags, status, dropped } = takeOtelTags(textsOf(members, 'tags'));
  for (const { name, count } of dropped) {
    report('dropped-by-sdk', { value: `${name} ${count}`, count, ...ids });
  }
  return {
    ...ids,
    ...(parentSpanId !== null && { parentSpanId }),
    name: textOf(members, 'name'),
    kind: kindOf(members),
    ...times,
    attributes: { ...endpointsOf(members, report), ...tags },
    events: listOf(members, 'annotations').map((annotation, index) =>
      within(`annotations[${index}]`, () => {
        const { timestamp: _, ...found } = annotationMessage(annotation, unknownTo(report));
        const moment = microsOf(annotation as Members, 'timestamp');
        if ('why' in moment) report('impossible-event-time', { value: moment.why, ...ids });
        const timeMs = 'ms' in moment ? moment.ms : times.startMs;
        return { name: textOf(found, 'value'), timeMs, attributes: {} };
      }),
    ),
    status,
  };
}

/** Producers and consumers, which are no hop, are read as internal: as of OTLP. */
const KINDS: ReadonlyMap<string, SpanKind> = new Map([
  ['SERVER', 'server'],
  ['CLIENT', 'client'],
  ['PRODUCER', 'internal'],
  ['CONSUMER', 'internal'],
]);

function kindOf(members: Members): SpanKind {
  const name = textOf(members, 'kind');
  const kind = name === '' ? 'internal' : KINDS.get(name);
  if (kind === undefined) throw isNot('kind', name, [...KINDS.keys()].join(', '));
  return kind;
}

/** The endpoints under OpenTelemetry's names. Those of the span's own tags win. */
function endpointsOf(members: Members, report: Report) {
  const local = endpointMessage(members.localEndpoint, unknownTo(report));
  const remote = endpointMessage(members.remoteEndpoint, unknownTo(report));
  const entries: readonly (readonly [string, unknown])[] = [
    ['service.name', within('localEndpoint', () => textOf(local, 'serviceName'))],
    ['network.local.address', local.ipv4 ?? local.ipv6],
    ['network.local.port', local.port],
    ['peer.service', within('remoteEndpoint', () => textOf(remote, 'serviceName'))],
    ['network.peer.address', remote.ipv4 ?? remote.ipv6],
    ['network.peer.port', remote.port],
  ];
  return toLabels(entries.filter(([, value]) => value !== undefined && value !== ''));
}
