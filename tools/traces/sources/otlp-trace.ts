import { z } from 'zod';
import type { Span, SpanKind } from '../model.ts';

/**
 * OTLP's JSON encoding of spans: hex ids, camelCase, 64-bit numbers as strings, enums as numbers.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
const value: z.ZodType<unknown> = z.lazy(() =>
  z.object({
    stringValue: z.string().optional(),
    boolValue: z.boolean().optional(),
    intValue: z.union([z.string(), z.number()]).optional(),
    doubleValue: z.union([z.number(), z.string()]).optional(),
    bytesValue: z.string().optional(),
    arrayValue: z.object({ values: z.array(value).optional() }).optional(),
    kvlistValue: z.unknown().optional(),
  }),
);
const attributes = z.array(z.object({ key: z.string(), value: value.optional() })).default([]);
const nano = z.union([z.string().regex(/^\d{1,20}$/), z.number()]).transform(nanosToMs);
const traceId = z.string().transform((id) => id.toLowerCase());
const spanId = z.string().transform((id) => id.toLowerCase());
const span = z.object({
  traceId,
  spanId,
  parentSpanId: spanId.optional(),
  name: z.string().default(''),
  kind: z.union([z.number(), z.string()]).default(0),
  startTimeUnixNano: nano,
  endTimeUnixNano: nano,
  attributes,
  events: z
    .array(z.object({ name: z.string().default(''), timeUnixNano: nano, attributes }))
    .default([]),
  links: z.array(z.object({ traceId, spanId })).default([]),
  status: z
    .object({ code: z.union([z.number(), z.string()]).default(0), message: z.string().optional() })
    .default({ code: 0 }),
});
const scopeSpans = z.array(z.object({ spans: z.array(span).default([]) })).default([]);
export const otlpRequest = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes }).default({ attributes: [] }), scopeSpans }),
  ),
});

const KINDS: Readonly<Record<string, SpanKind>> = {
  2: 'server',
  3: 'client',
  SPAN_KIND_SERVER: 'server',
  SPAN_KIND_CLIENT: 'client',
};

/** The spans of one ExportTraceServiceRequest; resource and span attributes together. */
export function otlpSpans(request: z.output<typeof otlpRequest>): readonly Span[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans: scopes }) => {
    const shared = toLabels(resource.attributes);
    return scopes.flatMap(({ spans }) =>
      spans.map((one): Span => {
        const error = one.status.code === 2 || one.status.code === 'STATUS_CODE_ERROR';
        const { message } = one.status;
        return {
          traceId: one.traceId,
          spanId: one.spanId,
          ...(one.parentSpanId ? { parentSpanId: one.parentSpanId } : {}),
          name: one.name,
          kind: KINDS[one.kind] ?? 'internal',
          startMs: one.startTimeUnixNano,
          endMs: one.endTimeUnixNano,
          attributes: { ...shared, ...toLabels(one.attributes) },
          events: one.events.map((event) => ({
            name: event.name,
            timeMs: event.timeUnixNano,
            attributes: toLabels(event.attributes),
          })),
          links: one.links,
          status: { error, ...(message === undefined ? {} : { message }) },
        };
      }),
    );
  });
}

function toLabels(list: z.output<typeof attributes>): Record<string, string> {
  return Object.fromEntries(list.map((one) => [one.key, toLabel(one.value)]));
}

/** As Cloud Trace would store it: a string. */
function toLabel(any: unknown): string {
  const [first] = Object.values(any ?? {});
  if (first === undefined) return '';
  return typeof first === 'object' ? JSON.stringify(first) : String(first);
}

/** Through BigInt: as one double a time of today would lose 256 ns. */
function nanosToMs(nanos: string | number): number {
  const whole = BigInt(nanos);
  return Number(whole / 1_000_000n) + Number(whole % 1_000_000n) / 1_000_000;
}
