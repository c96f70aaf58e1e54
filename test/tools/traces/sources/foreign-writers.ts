import type { Span, Trace } from '../../../../tools/traces/model.ts';

/** The same traces in each format, as its programs write them. */
export const WRITERS: Readonly<Record<string, (traces: readonly Trace[]) => object>> = {
  'OTLP JSON': (traces) => ({ resourceSpans: resourceSpansOf(traces, (id) => id) }),
  'Jaeger JSON': (traces) => ({ data: traces.map(jaegerOf), total: 0, errors: null }),
  'Zipkin JSON (v2)': (traces) =>
    traces.map(({ spans }) => spans.map((span) => zipkinOf(span, null))),
  'Zipkin JSON (v2), with shared ids': (traces) =>
    traces.map(({ spans }) => spans.map((span) => zipkinOf(span, sharedWith(spans)))),
  'Tempo JSON': (traces) => ({ batches: resourceSpansOf(traces, base64) }),
  'Tempo JSON, version 2': (traces) => ({
    trace: { resourceSpans: resourceSpansOf(traces, base64) },
    metrics: {},
  }),
  'Cloud Trace v1 JSON': (traces) => ({ traces: traces.map(v1Of) }),
};

/** Exact where the times are of full microseconds. */
const nanos = (ms: number): bigint => BigInt(micros(ms)) * 1_000n;
const micros = (ms: number): number => Math.round(ms * 1_000);
const base64 = (id: string): string => Buffer.from(id, 'hex').toString('base64');
const textValue = (stringValue: string) => ({ stringValue });

function resourceSpansOf(traces: readonly Trace[], encode: (id: string) => string) {
  return traces.flatMap(({ spans }) =>
    spans.map(({ attributes: { 'service.name': service, ...rest }, ...span }) => ({
      resource: {
        attributes:
          service === undefined ? [] : [{ key: 'service.name', value: textValue(service) }],
      },
      scopeSpans: [
        {
          spans: [
            {
              traceId: encode(span.traceId),
              spanId: encode(span.spanId),
              ...(span.parentSpanId !== undefined && { parentSpanId: encode(span.parentSpanId) }),
              name: span.name,
              kind: `SPAN_KIND_${span.kind.toUpperCase()}`,
              startTimeUnixNano: String(nanos(span.startMs)),
              endTimeUnixNano: String(nanos(span.endMs)),
              attributes: Object.entries(rest).map(([key, value]) => ({
                key,
                value: textValue(value),
              })),
              status: span.status?.error ? { code: 'STATUS_CODE_ERROR' } : {},
            },
          ],
        },
      ],
    })),
  );
}

function jaegerOf({ traceId, spans }: Trace) {
  const tagOf = ([key, value]: [string, string]) => ({ key, type: 'string', value });
  const services = [...new Set(spans.map((span) => span.attributes['service.name'] ?? ''))];
  return {
    traceID: traceId,
    spans: spans.map(({ attributes: { 'service.name': service = '', ...rest }, ...span }) => ({
      traceID: traceId,
      spanID: span.spanId,
      operationName: span.name,
      references:
        span.parentSpanId === undefined
          ? []
          : [{ refType: 'CHILD_OF', traceID: traceId, spanID: span.parentSpanId }],
      startTime: micros(span.startMs),
      duration: micros(span.endMs) - micros(span.startMs),
      tags: [
        ...Object.entries(rest).map(tagOf),
        { key: 'span.kind', type: 'string', value: span.kind },
        ...(span.status?.error ? [{ key: 'error', type: 'bool', value: true }] : []),
      ],
      logs: [],
      processID: `p${services.indexOf(service)}`,
      warnings: null,
    })),
    processes: Object.fromEntries(
      services.map((serviceName, index) => [`p${index}`, { serviceName, tags: [] }]),
    ),
    warnings: null,
  };
}

/** Of a server's span, the id of the client's above it; null: it keeps its id. */
type Sharing = ((spanId: string) => string) | null;

/** No two servers may share one client: a front end has its own id. */
function sharedWith(spans: readonly Span[]): Sharing {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const shared = new Map<string, string>();
  for (const { spanId, kind, parentSpanId = '' } of spans) {
    const siblings = spans.filter((one) => one.parentSpanId === parentSpanId);
    const isServed = kind === 'server' && byId.get(parentSpanId)?.kind === 'client';
    if (isServed && siblings.length === 1) shared.set(spanId, parentSpanId);
  }
  return (spanId) => shared.get(spanId) ?? spanId;
}

function zipkinOf(span: Span, sharing: Sharing) {
  const { 'service.name': serviceName, ...tags } = span.attributes;
  const id = sharing?.(span.spanId) ?? span.spanId;
  const isShared = id !== span.spanId;
  const parentId = span.parentSpanId && (sharing?.(span.parentSpanId) ?? span.parentSpanId);
  return {
    traceId: span.traceId,
    id,
    // A shared span has the parent of its client; ours needs none to be put below it.
    ...(parentId && !isShared && { parentId }),
    ...(span.kind !== 'internal' && { kind: span.kind.toUpperCase() }),
    name: span.name,
    timestamp: micros(span.startMs),
    duration: micros(span.endMs) - micros(span.startMs),
    ...(serviceName !== undefined && { localEndpoint: { serviceName } }),
    tags: { ...tags, ...(span.status?.error && { error: 'true' }) },
    ...(isShared && { shared: true }),
  };
}

const KINDS = { server: 'RPC_SERVER', client: 'RPC_CLIENT', internal: 'SPAN_KIND_UNSPECIFIED' };

const decimal = (id: string): string => String(BigInt(`0x${id}`));

/** RFC 3339 with nine decimals. */
function timestamp(ms: number): string {
  const all = nanos(ms);
  const second = new Date(Number(all / 1_000_000_000n) * 1_000).toISOString().slice(0, 19);
  return `${second}.${String(all % 1_000_000_000n).padStart(9, '0')}Z`;
}

const v1Of = ({ traceId, projectId, spans }: Trace) => ({
  projectId,
  traceId,
  spans: spans.map((span) => ({
    spanId: decimal(span.spanId),
    ...(span.parentSpanId !== undefined && { parentSpanId: decimal(span.parentSpanId) }),
    kind: KINDS[span.kind],
    name: span.name,
    startTime: timestamp(span.startMs),
    endTime: timestamp(span.endMs),
    labels: span.attributes,
  })),
});
