import type { Span, SpanKind } from '../../../traces/model.ts';
import { checkAttributes, checkBytes, checkCount, invalid, SPAN_LIMITS } from './limits.ts';

/** Ids are bytes in protobuf, hex digits in JSON; 64-bit numbers may be text or numbers in JSON. */
type Id = Buffer | string;
type AnyValue = {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number | string;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: KeyValue[] };
  bytesValue?: Id;
};
type KeyValue = { key?: string; value?: AnyValue };
type OtlpSpan = {
  traceId?: Id;
  spanId?: Id;
  parentSpanId?: Id;
  name?: string;
  kind?: number;
  startTimeUnixNano?: string | number;
  endTimeUnixNano?: string | number;
  attributes?: KeyValue[];
  events?: { timeUnixNano?: string | number; name?: string; attributes?: KeyValue[] }[];
  links?: { traceId?: Id; spanId?: Id }[];
  status?: { code?: number; message?: string };
};
export type ResourceSpans = {
  resource?: { attributes?: KeyValue[] };
  scopeSpans?: { spans?: OtlpSpan[] }[];
};

const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

/** Spans of one resource, each converted, or the reason why it was not. */
export type OtlpResult = Readonly<{ spans: Span[]; rejected: string[] }>;

/**
 * Converts to the tools' model: resource attributes join those of every span (a span's own win),
 * all values become strings, as Cloud Trace stores them.
 */
export function parseResourceSpans(
  { resource, scopeSpans = [] }: ResourceSpans,
  projectId: string,
): OtlpResult {
  const shared = plain(resource?.attributes);
  const project = shared['gcp.project_id'];
  if (project !== projectId) {
    throw invalid(
      'resource.attributes["gcp.project_id"]',
      project === undefined
        ? 'Resource is missing required attribute "gcp.project_id"'
        : `the project ${project} is not the caller's, ${projectId}`,
    );
  }
  const result: OtlpResult = { spans: [], rejected: [] };
  for (const raw of scopeSpans.flatMap(({ spans = [] }) => spans)) {
    try {
      result.spans.push(parseSpan(raw, shared));
    } catch (error) {
      result.rejected.push((error as Error).message);
    }
  }
  return result;
}

function parseSpan(raw: OtlpSpan, shared: Readonly<Record<string, string>>): Span {
  const name = raw.name ?? '';
  const parent = hex(raw.parentSpanId);
  checkBytes('name', name, SPAN_LIMITS.displayNameBytes);
  checkCount('events', raw.events?.length ?? 0, SPAN_LIMITS.events);
  checkCount('links', raw.links?.length ?? 0, SPAN_LIMITS.links);
  const [startMs, endMs] = [millis(raw.startTimeUnixNano), millis(raw.endTimeUnixNano)];
  if (endMs < startMs) throw invalid('end_time_unix_nano', 'it is before the start');
  return {
    traceId: checkId('trace_id', hex(raw.traceId), 32),
    spanId: checkId('span_id', hex(raw.spanId), 16),
    ...(parent !== '' && { parentSpanId: checkId('parent_span_id', parent, 16) }),
    name,
    kind: kindOf(raw.kind),
    startMs,
    endMs,
    attributes: checkAttributes('attributes', { ...shared, ...plain(raw.attributes) }),
    events: (raw.events ?? []).map((event) => ({
      name: event.name ?? '',
      timeMs: millis(event.timeUnixNano),
      attributes: checkAttributes('events.attributes', plain(event.attributes)),
    })),
    links: (raw.links ?? []).map((link) => ({
      traceId: hex(link.traceId),
      spanId: hex(link.spanId),
    })),
    status: {
      error: raw.status?.code === ERROR,
      ...(raw.status?.message && { message: raw.status.message }),
    },
  };
}

function checkId(field: string, id: string, digits: number): string {
  if (id.length !== digits || !/^[0-9a-f]+$/.test(id) || /^0+$/.test(id)) {
    throw invalid(field, `${JSON.stringify(id)} is not ${digits} hex digits other than zero`);
  }
  return id;
}

const hex = (id: Id | undefined): string =>
  typeof id === 'string' ? id.toLowerCase() : (id ?? Buffer.alloc(0)).toString('hex');

/** A double holds a time of today in nanoseconds to 256 ns: BigInt until the division. */
function millis(nanos: string | number | undefined): number {
  const whole = BigInt(nanos ?? 0);
  return Number(whole / 1_000_000n) + Number(whole % 1_000_000n) / 1e6;
}

function kindOf(kind: number | undefined): SpanKind {
  if (kind === SERVER) return 'server';
  return kind === CLIENT ? 'client' : 'internal';
}

const plain = (attributes: readonly KeyValue[] = []): Record<string, string> =>
  Object.fromEntries(attributes.map(({ key = '', value }) => [key, asText(value)]));

function asText(value: AnyValue | undefined): string {
  const json = asJson(value);
  return typeof json === 'string' ? json : JSON.stringify(json);
}

function asJson(value: AnyValue = {}): unknown {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) return String(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(asJson);
  if (value.kvlistValue) return plain(value.kvlistValue.values);
  if (Buffer.isBuffer(value.bytesValue)) return value.bytesValue.toString('base64');
  return value.bytesValue ?? '';
}
