import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';

const tracer = new BasicTracerProvider().getTracer('test');

/** A span as an exporter is given it. */
export function createEndedSpan(name: string): ReadableSpan {
  const span = tracer.startSpan(name);
  span.end();
  return span as unknown as ReadableSpan;
}
