import type { SpanSink } from './sink.ts';

/** One JSON object a line, which log collectors and tests can read; the SDK's own spans several. */
export function createConsoleSink(write: (line: string) => void): SpanSink {
  return {
    name: 'console',
    async write(spans, _signal, resource) {
      for (const span of spans) {
        const { traceId, spanId, traceFlags } = span.spanContext();
        const line = {
          severity: 'DEBUG',
          message: 'span',
          span: {
            traceId,
            spanId,
            traceFlags,
            parentSpanId: span.parentSpanContext?.spanId,
            name: span.name,
            kind: span.kind,
            startTime: span.startTime,
            endTime: span.endTime,
            status: span.status,
            attributes: span.attributes,
            events: span.events,
            links: span.links,
            resource: (resource ?? span.resource).attributes,
          },
        };
        write(`${JSON.stringify(line)}\n`);
      }
      return { rejected: 0 };
    },
    async close() {},
  };
}
