import type { SpanSink } from './sink.ts';

/** One JSON object a line, which log collectors and tests can read; the SDK's own spans several. */
export function createConsoleSink(write: (line: string) => void): SpanSink {
  return {
    name: 'console',
    pack(span) {
      const { traceId, spanId, traceFlags } = span.spanContext();
      const packed = {
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
      };
      return Buffer.from(JSON.stringify(packed));
    },
    async write(packed, _signal, { attributes }) {
      for (const each of packed) {
        const span = { ...JSON.parse(each.toString()), resource: attributes };
        write(`${JSON.stringify({ severity: 'DEBUG', message: 'span', span })}\n`);
      }
      return { rejected: 0 };
    },
    async close() {},
  };
}
