import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { SpanSink, Written } from '../../../lib/telemetry/sink.ts';

const tracer = new BasicTracerProvider().getTracer('test');

/** A span as a sink is given it. */
export function createEndedSpan(name: string): ReadableSpan {
  const span = tracer.startSpan(name);
  span.end();
  return span as unknown as ReadableSpan;
}

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
