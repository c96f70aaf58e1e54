import {
  BatchSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { TelemetryConfig } from './config.ts';
import type { Ledger } from './ledger.ts';

/**
 * The SDK's batches, in front of the exporter. The SDK tells nobody what it drops where its queue is
 * full, so that is decided here by the same figure, and counted.
 */
export function createBatches(options: {
  config: TelemetryConfig;
  exporter: SpanExporter;
  ledger: Ledger;
}): SpanProcessor {
  const { config, exporter, ledger } = options;
  const maxQueueSize = config.OTEL_BSP_MAX_QUEUE_SIZE;
  const batches = new BatchSpanProcessor(exporter, {
    scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY,
    maxQueueSize,
    // The default may be above a queue that was made small.
    maxExportBatchSize: Math.min(config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, maxQueueSize),
  });
  return {
    onStart() {},
    onEnd(span) {
      // The ledger counts this span already.
      if (ledger.queued() > maxQueueSize) ledger.add('queueFull');
      else batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
}
