import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

/**
 * How many ended spans wait in the SDK's queue, which does not tell: those that ended, as many as it
 * has room for, less those that it has handed to the exporter.
 */
export function createSpanQueueCount(size: number) {
  let waiting = 0;
  return {
    fill: () => waiting / size,
    /** Before each span that ends is handed to the queue; what finds it full is dropped there. */
    enter(): void {
      if (waiting < size) waiting += 1;
    },
    /** The exporter of that queue. */
    leaving(exporter: SpanExporter): SpanExporter {
      return {
        export(spans, done) {
          waiting -= spans.length;
          exporter.export(spans, done);
        },
        forceFlush: async () => exporter.forceFlush?.(),
        shutdown: () => exporter.shutdown(),
      };
    },
  };
}
