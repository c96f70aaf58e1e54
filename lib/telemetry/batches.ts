import { ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { TelemetryConfig } from './config.ts';
import type { TrackedExporter } from './exporter.ts';
import type { Ledger } from './ledger.ts';
import { asPacked, asReadable, PackedSpan } from './packed-span.ts';
import type { SpanSink } from './sink.ts';

/**
 * Packs each span for each sink when it ends, in front of the SDK's batches. The SDK tells nobody what
 * it drops where its queue is full, so that is decided here by the same figure, and counted.
 */
export function createBatches(options: {
  config: TelemetryConfig;
  sinks: readonly Pick<SpanSink, 'pack'>[];
  exporter: Pick<TrackedExporter, 'export' | 'shutdown'>;
  ledger: Ledger;
}): SpanProcessor {
  const { config, sinks, exporter, ledger } = options;
  const maxQueueSize = config.OTEL_BSP_MAX_QUEUE_SIZE;
  const batches = new BatchSpanProcessor(
    {
      export(spans, done) {
        exporter.export(asPacked(spans));
        // What is not stored is counted and reported there, and is no error within the SDK.
        done({ code: ExportResultCode.SUCCESS });
      },
      shutdown: exporter.shutdown,
    },
    {
      scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY,
      maxQueueSize,
      // The default may be above a queue that was made small.
      maxExportBatchSize: Math.min(config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, maxQueueSize),
    },
  );
  return {
    onStart() {},
    onEnd(span) {
      // The ledger counts this span already.
      if (ledger.queued() > maxQueueSize) return ledger.add('queueFull');
      let parts: readonly Buffer[];
      try {
        parts = sinks.map((sink) => sink.pack(span));
      } catch (fault) {
        // It is in no batch whose end would count it.
        ledger.add('handed');
        ledger.add('exportFailed');
        throw fault;
      }
      batches.onEnd(asReadable(new PackedSpan(parts)));
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}
