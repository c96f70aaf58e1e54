import type { Span, SpanKind } from '../../../traces/model.ts';
import { checkAttributes, checkBytes, checkCount, invalid, SPAN_LIMITS } from './limits.ts';

/** google.devtools.cloudtrace.v2 as proto-loader hands it over: absent messages are absent. */
export type V2Timestamp = { seconds?: string; nanos?: number };
type V2String = { value?: string };
type V2AttributeValue = { stringValue?: V2String; intValue?: string; boolValue?: boolean };
type V2Attributes = { attributeMap?: Record<string, V2AttributeValue> };
type V2Annotation = { description?: V2String; attributes?: V2Attributes };

export type V2Span = {
  name?: string;
  spanId?: string;
  parentSpanId?: string;
  displayName?: V2String;
  startTime?: V2Timestamp;
  endTime?: V2Timestamp;
  attributes?: V2Attributes;
  timeEvents?: { timeEvent?: { time?: V2Timestamp; annotation?: V2Annotation }[] };
  links?: { link?: { traceId?: string; spanId?: string }[] };
  status?: { code?: number; message?: string };
  spanKind?: string;
};

const NAME = /^projects\/([^/]+)\/traces\/([0-9a-fA-F]{32})\/spans\/([0-9a-fA-F]{16})$/;
const SPAN_ID = /^[0-9a-fA-F]{16}$/;
const ZERO = /^0+$/;

/**
 * Checks a span as the real service does and converts it to the tools' model. Throws
 * INVALID_ARGUMENT with the field's path, which begins with `at` ("spans[3]").
 */
export function parseV2Span(raw: V2Span, at: string, projectId: string): Span {
  const [, project, traceId, nameSpanId] = NAME.exec(raw.name ?? '') ?? [];
  if (project === undefined || traceId === undefined || nameSpanId === undefined) {
    throw invalid(
      `${at}.name`,
      `${JSON.stringify(raw.name ?? '')} is not projects/[PROJECT_ID]/traces/[32 hex digits]/spans/[16 hex digits]`,
    );
  }
  if (project !== projectId) {
    throw invalid(`${at}.name`, `the project ${project} is not the request's, ${projectId}`);
  }
  if (ZERO.test(traceId)) throw invalid(`${at}.name`, 'the trace id is zero');
  const spanId = raw.spanId ?? '';
  if (!SPAN_ID.test(spanId) || ZERO.test(spanId)) {
    throw invalid(
      `${at}.span_id`,
      `${JSON.stringify(spanId)} is not 16 hex digits other than zero`,
    );
  }
  if (spanId !== nameSpanId) {
    throw invalid(`${at}.span_id`, `${spanId} is not the one in the name, ${nameSpanId}`);
  }
  const parent = raw.parentSpanId ?? '';
  if (parent !== '' && (!SPAN_ID.test(parent) || ZERO.test(parent))) {
    throw invalid(`${at}.parent_span_id`, `${JSON.stringify(parent)} is not 16 hex digits`);
  }
  const displayName = raw.displayName?.value ?? '';
  if (displayName === '') throw invalid(`${at}.display_name`, 'it is required');
  checkBytes(`${at}.display_name`, displayName, SPAN_LIMITS.displayNameBytes);
  const startMs = parseTime(raw.startTime, `${at}.start_time`);
  const endMs = parseTime(raw.endTime, `${at}.end_time`);
  if (endMs < startMs) throw invalid(`${at}.end_time`, 'it is before start_time');
  const links = raw.links?.link ?? [];
  checkCount(`${at}.links`, links.length, SPAN_LIMITS.links);
  return {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    ...(parent !== '' && { parentSpanId: parent.toLowerCase() }),
    name: displayName,
    kind: kindOf(raw.spanKind),
    startMs,
    endMs,
    attributes: parseAttributes(raw.attributes, `${at}.attributes`),
    events: parseEvents(raw, at),
    links: links.map(({ traceId: linked = '', spanId: linkedSpan = '' }) => ({
      traceId: linked,
      spanId: linkedSpan,
    })),
    status: {
      error: (raw.status?.code ?? 0) !== 0,
      ...(raw.status?.message && { message: raw.status.message }),
    },
  };
}

function parseEvents(raw: V2Span, at: string): NonNullable<Span['events']> {
  const all = raw.timeEvents?.timeEvent ?? [];
  checkCount(`${at}.time_events`, all.length, SPAN_LIMITS.events);
  return all.flatMap(({ time, annotation }, index) => {
    if (!annotation) return [];
    const field = `${at}.time_events.time_event[${index}]`;
    const name = annotation.description?.value ?? '';
    checkBytes(`${field}.annotation.description`, name, SPAN_LIMITS.eventNameBytes);
    return [
      {
        name,
        timeMs: parseTime(time, `${field}.time`),
        attributes: parseAttributes(annotation.attributes, `${field}.annotation.attributes`),
      },
    ];
  });
}

function parseAttributes(
  raw: V2Attributes | undefined,
  field: string,
): Readonly<Record<string, string>> {
  const entries = Object.entries(raw?.attributeMap ?? {}).map(([key, value]) => [
    key,
    value.stringValue?.value ?? value.intValue ?? String(value.boolValue ?? ''),
  ]);
  return checkAttributes(field, Object.fromEntries(entries));
}

/** Doubles of milliseconds, as the model has them. */
function parseTime(time: V2Timestamp | undefined, field: string): number {
  if (!time) throw invalid(field, 'it is required');
  return Number(time.seconds ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
}

/** Producers and consumers, which this system has none of, are read as internal. */
function kindOf(kind: string | undefined): SpanKind {
  if (kind === 'SERVER') return 'server';
  return kind === 'CLIENT' ? 'client' : 'internal';
}
