import { type Attributes, type Link, SpanKind, type SpanStatus } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { SpanSink, Written } from '../../../lib/telemetry/sink.ts';

const provider = new BasicTracerProvider();

export type SpanParts = Readonly<{
  name?: string;
  kind?: SpanKind;
  attributes?: Attributes;
  links?: Link[];
  events?: readonly (readonly [string, Attributes])[];
  status?: SpanStatus;
  scope?: readonly [string, string?, { schemaUrl: string }?];
}>;

/** A span as a sink is given it. */
export function makeSpan(of: SpanParts): ReadableSpan {
  const { name = 'span', kind = SpanKind.INTERNAL, attributes = {}, links = [] } = of;
  const tracer = provider.getTracer(...(of.scope ?? (['test'] as const)));
  const span = tracer.startSpan(name, { kind, attributes, links });
  for (const [event, its] of of.events ?? []) span.addEvent(event, its);
  if (of.status) span.setStatus(of.status);
  span.end();
  return span as unknown as ReadableSpan;
}

export const createEndedSpan = (name: string): ReadableSpan => makeSpan({ name });

/** Its encoding fails at its events, when other fields are written already. */
export function createBrokenSpan(): ReadableSpan {
  const events = {
    get() {
      throw new Error('broken');
    },
  };
  return Object.create(createEndedSpan('broken'), { events });
}

/** Packs spans of these names for the sink, and writes them. */
export function writeSpans(
  sink: SpanSink,
  names: readonly string[],
  signal = new AbortController().signal,
): Promise<Written> {
  const packed = names.map((name) => sink.pack(createEndedSpan(name)));
  return sink.write(packed, signal, resourceFromAttributes({ 'service.name': 'test' }));
}
