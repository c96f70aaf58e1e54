import type { Span, SpanKind } from '../model.ts';
import { NAMES } from './format-names.ts';
import { jaegerLabels, labelsOfProcess, processesOf } from './jaeger-tags.ts';
import type { Labels } from './labels.ts';
import { listOf, type Members, message, textOf } from './members.ts';
import { microsOf, spanTimesOf } from './micros.ts';
import { HEX_SPAN_ID, HEX_TRACE_ID, paddedId, requiredPaddedId } from './padded-id.ts';
import { type Report, type TraceFormat, unknownTo } from './trace-format.ts';
import { isNot, show, UnreadableError, within } from './unreadable.ts';

const answer = message('answer', 'data', 'total', 'limit', 'offset', 'errors');
const traceMessage = message('trace', 'traceID', 'spans', 'processes', 'warnings');
const spanMessage = message(
  'span',
  ...['traceID', 'spanID', 'parentSpanID', 'flags', 'operationName', 'references', 'startTime'],
  ...['duration', 'tags', 'logs', 'processID', 'process', 'warnings', 'stackTraces'],
);
const referenceMessage = message('reference', 'refType', 'traceID', 'spanID');
const logMessage = message('log', 'timestamp', 'fields');

/**
 * What Jaeger's query API answers and its user interface exports ("Trace JSON"); also one trace, or
 * a list of traces. Times are in microseconds, and a process is what OTLP calls a resource.
 * https://github.com/jaegertracing/jaeger/blob/v1.57.0/model/json/model.go
 */
export const jaegerFormat: TraceFormat = {
  name: NAMES.jaeger,
  recognise: (document) => isAnswer(document) || isTraces(document) || isRefusal(document),
  read(document, report) {
    const members = isAnswer(document) || isRefusal(document) ? document : { data: document };
    const { data, errors } = answer(members, unknownTo(report));
    if (data === undefined) throw new UnreadableError('', `is no answer but ${errorIn(errors)}`);
    return [data]
      .flat()
      .flatMap((trace, index) => within(`data[${index}]`, () => readTrace(trace, report)));
  },
  cut: { lists: new Set(['data']), trim: (document) => document },
};

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTrace = (value: unknown): boolean =>
  isObject(value) && 'traceID' in value && Array.isArray(value.spans);

/** One trace, or a list of some: an empty list is no more Jaeger's than anybody's. */
const isTraces = (document: object): boolean => {
  const list = [document].flat();
  return list.length > 0 && list.every(isTrace);
};

const isAnswer = (document: unknown): boolean =>
  isObject(document) &&
  Array.isArray(document.data) &&
  (document.data.length === 0 ? isEmptyAnswer(document) : document.data.every(isTrace));

/** Complete, or without all but the list. */
const isEmptyAnswer = (document: Members): boolean =>
  'errors' in document || Object.keys(document).length === 1;

/** `{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}` */
const isRefusal = (document: unknown): boolean =>
  isObject(document) && document.data === null && Array.isArray(document.errors);

function errorIn(errors: unknown): string {
  const [first] = Array.isArray(errors) ? errors : [];
  return `an error of Jaeger: ${show((first as Members | undefined)?.msg)}`;
}

function readTrace(raw: unknown, report: Report): readonly Span[] {
  const members = traceMessage(raw, unknownTo(report));
  const processes = processesOf(members, report);
  const list = listOf(members, 'spans');
  tellWarnings(members, report, {});
  return list.map((span, index) =>
    within(`spans[${index}]`, () => readSpan(span, { processes, report })),
  );
}

type At = Readonly<{ processes: ReadonlyMap<string, Labels>; report: Report }>;

function readSpan(raw: unknown, { processes, report }: At): Span {
  const members = spanMessage(raw, unknownTo(report));
  const ids = {
    traceId: requiredPaddedId(members, 'traceID', HEX_TRACE_ID),
    spanId: requiredPaddedId(members, 'spanID', HEX_SPAN_ID),
  };
  const { parentSpanId, links } = referencesOf(members, ids.traceId, report);
  const resource =
    members.process === undefined
      ? processes.get(textOf(members, 'processID'))
      : within('process', () => labelsOfProcess(members.process, report));
  if (resource === undefined) {
    report('unknown-process', { value: `processID ${show(members.processID)}`, ...ids });
  }
  const tags = jaegerLabels(members, 'tags', report);
  const times = spanTimesOf(members, 'startTime', 'duration');
  tellWarnings(members, report, ids);
  const { 'span.kind': kind = '', error, 'otel.status_code': code, ...rest } = tags;
  const { 'otel.status_description': description = '', ...attributes } = rest;
  const known = KINDS.get(kind.toLowerCase());
  if (known === undefined) {
    report('unknown-member', { value: `span.kind ${show(kind)}`, ...ids });
  }
  return {
    ...ids,
    ...(parentSpanId !== null && { parentSpanId }),
    name: textOf(members, 'operationName'),
    kind: known ?? 'internal',
    ...times,
    attributes: {
      ...resource,
      // What is no yes or no says more than that there was an error.
      ...(error !== undefined && !/^(true|false)$/.test(error) && { error }),
      ...attributes,
    },
    events: listOf(members, 'logs').map((log, index) =>
      within(`logs[${index}]`, () => readLog(log, { report, spanMs: times.startMs, ids })),
    ),
    links,
    status: {
      error: code === undefined ? error === 'true' : code === 'ERROR',
      ...(description !== '' && { message: description }),
    },
  };
}

/** Producers and consumers, which are no hop, are read as internal: as of OTLP. */
const KINDS: ReadonlyMap<string, SpanKind> = new Map([
  ['server', 'server'],
  ['client', 'client'],
  ['producer', 'internal'],
  ['consumer', 'internal'],
  ['internal', 'internal'],
  ['', 'internal'],
]);

type Reference = Readonly<{ type: string; traceId: string; spanId: string }>;

/**
 * The parent is the first CHILD_OF in the same trace, else the first FOLLOWS_FROM in it, as Jaeger
 * itself decides (ParentSpanID of model/span.go). All other references are links, those to other
 * traces too.
 */
function referencesOf(members: Members, traceId: string, report: Report) {
  const all = listOf(members, 'references').map((raw, index) =>
    within(`references[${index}]`, () => readReference(raw, report)),
  );
  const here = all.filter((one) => one.traceId === traceId);
  const parent = here.find(({ type }) => type === 'CHILD_OF') ?? here[0];
  return {
    // As older versions wrote it, beside no references.
    parentSpanId: parent?.spanId ?? paddedId(members, 'parentSpanID', HEX_SPAN_ID),
    links: all.filter((one) => one !== parent).map(({ type: _, ...link }) => link),
  };
}

function readReference(raw: unknown, report: Report): Reference {
  const members = referenceMessage(raw, unknownTo(report));
  const type = textOf(members, 'refType');
  if (type !== 'CHILD_OF' && type !== 'FOLLOWS_FROM') {
    throw isNot('refType', members.refType, 'CHILD_OF or FOLLOWS_FROM');
  }
  return {
    type,
    traceId: requiredPaddedId(members, 'traceID', HEX_TRACE_ID),
    spanId: requiredPaddedId(members, 'spanID', HEX_SPAN_ID),
  };
}

type OfSpan = Readonly<{
  report: Report;
  spanMs: number;
  ids: Readonly<{ traceId: string; spanId: string }>;
}>;

/** OpenTracing has the name of an event in one of its fields. */
function readLog(raw: unknown, { report, spanMs, ids }: OfSpan) {
  const members = logMessage(raw, unknownTo(report));
  const moment = microsOf(members, 'timestamp');
  if ('why' in moment) report('impossible-event-time', { value: moment.why, ...ids });
  const { event, ...attributes } = jaegerLabels(members, 'fields', report);
  const name = event ?? attributes.message ?? 'log';
  return { name, timeMs: 'ms' in moment ? moment.ms : spanMs, attributes };
}

/** What Jaeger itself found, as that it could not move a span of another clock. */
function tellWarnings(members: Members, report: Report, ids: object): void {
  for (const warning of listOf(members, 'warnings')) {
    report('stored-warning', { value: show(warning), ...ids });
  }
}
