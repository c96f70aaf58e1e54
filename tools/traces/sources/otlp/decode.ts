/**
 * The one decoder of OTLP spans: of JSON, as files hold it and the local cloud is sent it, and of what
 * protobuf gives. It throws UnreadableError for what cannot be read, reports what deviates, and
 * leaves to its caller what becomes of that.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import type { Span, SpanKind } from '../../model.ts';
import type { Labels } from '../labels.ts';
import { countOf, enumOf, listOf, type Members, textOf } from '../members.ts';
import { type Report, unknownTo } from '../trace-format.ts';
import { within } from '../unreadable.ts';
import { type AttributeReport, labelsOf, sharedLabelsOf } from './attributes.ts';
import { type Identifier, identifierOf, requiredIdentifierOf } from './identifier.ts';
import {
  event,
  exportRequest,
  link,
  resource,
  resourceSpans,
  scopeSpans,
  span,
  status,
} from './messages.ts';
import { momentOf, spanTimes } from './times.ts';

/** One resource with its lists of spans, still as they came. `field`: where a list is, `scope`: whose. */
export type OtlpResource = Readonly<{
  labels: Labels;
  lists: readonly Readonly<{ field: string; scope: unknown; spans: readonly unknown[] }>[];
}>;

const SIGNAL = /^resource(Spans|_spans|Metrics|_metrics|Logs|_logs|Profiles|_profiles)$/;

/** Whether a document is of OTLP, by the only members that a request has; {} is an empty one. */
export function isOtlp(document: Members): boolean {
  const names = Object.keys(document);
  return names.length === 0 || names.some((name) => SIGNAL.test(name));
}

/** The resources of a request; nothing of metrics and logs, which are reported. */
export function decodeResources(document: unknown, report: Report): readonly OtlpResource[] {
  const reports = reportsOf(report);
  const request = exportRequest(document, reports.onUnknown);
  const signals = Object.keys(request);
  if (request.resourceSpans === undefined && signals.length > 0) {
    report('other-signal', { value: signals.join(', ') });
  }
  return listOf(request, 'resourceSpans').map((raw, index) => {
    const field = `resourceSpans[${index}]`;
    return within(field, () => decodeResource(raw, { field, report }));
  });
}

/**
 * Whether a message names its list, if only to say that it is empty: null is absent, and Go writes
 * an empty list so. One that does not name it may have a shape that is not known here.
 */
const names = (raw: unknown, ...lists: readonly string[]): boolean =>
  lists.some((list) => Object.hasOwn(raw ?? {}, list));

function decodeResource(raw: unknown, at: { field: string; report: Report }): OtlpResource {
  const { field, report } = at;
  const reports = reportsOf(report);
  const members = resourceSpans(raw, reports.onUnknown);
  const labels = within('resource', () => {
    const found = resource(members.resource, reports.onUnknown);
    tellDropped(found, report, {});
    return sharedLabelsOf(found, 'attributes', reports);
  });
  const old = listOf(members, 'instrumentationLibrarySpans');
  if (
    !names(raw, 'scopeSpans', 'scope_spans') &&
    !names(raw, 'instrumentationLibrarySpans', 'instrumentation_library_spans')
  ) {
    report('no-spans', { value: `scopeSpans of ${field} is missing` });
  }
  if (old.length > 0) report('old-scope-name', { value: field });
  const scopes = [
    ...listOf(members, 'scopeSpans').map(
      (scope, index) => [`scopeSpans[${index}]`, scope] as const,
    ),
    ...old.map((scope, index) => [`instrumentationLibrarySpans[${index}]`, scope] as const),
  ];
  const lists = scopes.map(([name, raw]) => {
    const list = within(name, () => {
      const found = scopeSpans(raw, reports.onUnknown);
      if (!names(raw, 'spans'))
        report('no-spans', { value: `spans of ${field}.${name} is missing` });
      return { scope: found.scope, spans: listOf(found, 'spans') };
    });
    return { field: `${field}.${name}.spans`, ...list };
  });
  return { labels, lists };
}

/** A span with the attributes of its resource; where both have a key, the span's wins. */
export function decodeSpan(raw: unknown, shared: Labels, report: Report): Span {
  const reports = reportsOf(report);
  const members = span(raw, reports.onUnknown);
  const id = (identifier: Identifier, name: string) => {
    if (identifier.base64) report('base64-id', { value: `${name} ${String(members[name])}` });
    return identifier.id;
  };
  const traceId = id(requiredIdentifierOf(members, 'traceId', 16), 'traceId');
  const spanId = id(requiredIdentifierOf(members, 'spanId', 8), 'spanId');
  const parent = identifierOf(members, 'parentSpanId', 8);
  const parentSpanId = parent === null ? undefined : id(parent, 'parentSpanId');
  const { startMs, endMs, impossible } = spanTimes(members);
  const ids = { traceId, spanId };
  tellDropped(members, report, ids);
  return {
    ...ids,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: textOf(members, 'name'),
    kind: KINDS[enumOf(members, 'kind', KIND_NAMES)] ?? 'internal',
    startMs,
    endMs,
    ...(impossible === undefined ? {} : { impossible }),
    attributes: { ...shared, ...labelsOf(members, 'attributes', reports) },
    events: listOf(members, 'events').map((one, index) =>
      within(`events[${index}]`, () => decodeEvent(one, { report, spanMs: startMs, ids })),
    ),
    links: listOf(members, 'links').flatMap((one, index) =>
      within(`links[${index}]`, () => decodeLink(one, report)),
    ),
    status: within('status', () => decodeStatus(members.status, report)),
  };
}

/** Producers and consumers, which this system has none of, are read as internal. */
const KINDS: readonly SpanKind[] = [
  'internal',
  'internal',
  'server',
  'client',
  'internal',
  'internal',
];
const KIND_NAMES = [
  ...['SPAN_KIND_UNSPECIFIED', 'SPAN_KIND_INTERNAL', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT'],
  ...['SPAN_KIND_PRODUCER', 'SPAN_KIND_CONSUMER'],
];
const CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

function decodeEvent(
  raw: unknown,
  at: { report: Report; spanMs: number; ids: { traceId: string; spanId: string } },
): NonNullable<Span['events']>[number] {
  const { report, spanMs, ids } = at;
  const reports = reportsOf(report);
  const members = event(raw, reports.onUnknown);
  const moment = momentOf(members, 'timeUnixNano');
  if ('why' in moment) report('impossible-event-time', { value: moment.why, ...ids });
  return {
    name: textOf(members, 'name'),
    timeMs: 'ms' in moment ? moment.ms : spanMs,
    attributes: labelsOf(members, 'attributes', reports),
  };
}

/** A link to nowhere is none. */
function decodeLink(raw: unknown, report: Report): { traceId: string; spanId: string }[] {
  const members = link(raw, reportsOf(report).onUnknown);
  const traceId = identifierOf(members, 'traceId', 16);
  const spanId = identifierOf(members, 'spanId', 8);
  return traceId === null || spanId === null ? [] : [{ traceId: traceId.id, spanId: spanId.id }];
}

function decodeStatus(raw: unknown, report: Report): NonNullable<Span['status']> {
  const members = status(raw, reportsOf(report).onUnknown);
  const text = textOf(members, 'message');
  const code = CODES[enumOf(members, 'code', CODES)];
  return {
    error:
      code === 'STATUS_CODE_ERROR' ||
      (code === 'STATUS_CODE_UNSET' && isDeprecatedError(members.deprecatedCode)),
    ...(text === '' ? {} : { message: text }),
  };
}

/**
 * Where `code` is unset, `deprecatedCode` decides, which is all that old senders set: anything but
 * OK is an error (the notes on compatibility at Status in OTLP's trace.proto of v0.19 and before).
 */
const isDeprecatedError = (code: unknown): boolean =>
  ![undefined, 0, '0', 'DEPRECATED_STATUS_CODE_OK'].some((ok) => code === ok);

function tellDropped(members: Members, report: Report, ids: { traceId?: string; spanId?: string }) {
  for (const name of ['droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount']) {
    const count = countOf(members, name);
    if (count > 0) report('dropped-by-sdk', { value: `${name} ${count}`, count, ...ids });
  }
}

const reportsOf = (report: Report): AttributeReport => ({
  onUnknown: unknownTo(report),
  onRepeated: (key) => report('repeated-key', { value: JSON.stringify(key) }),
  onEmpty: (key) => report('empty-value', { value: JSON.stringify(key) }),
});
