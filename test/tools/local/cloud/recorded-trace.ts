import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Two spans of the real SDK, for an exporter: a client with an event, and below it a failed server. */
export function recordTrace(name: string, of: { resource: Attributes; attributes: Attributes }) {
  const memory = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes(of.resource),
    spanProcessors: [new SimpleSpanProcessor(memory)],
  });
  const tracer = provider.getTracer('test');
  const root = tracer.startSpan(name, { kind: SpanKind.CLIENT }, ROOT_CONTEXT);
  root.setAttributes(of.attributes);
  root.addEvent('request_start', { attempt: 1 });
  const child = tracer.startSpan(
    'child',
    { kind: SpanKind.SERVER, links: [{ context: root.spanContext() }] },
    trace.setSpan(ROOT_CONTEXT, root),
  );
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'it failed' });
  child.end();
  root.end();
  return { spans: memory.getFinishedSpans(), traceId: root.spanContext().traceId };
}
