import { diag } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { pino } from 'pino';
import type { TelemetryConfig } from './config.ts';
import type { QueuedSink } from './retry-queue.ts';
import type { SpanSink } from './sink.ts';

type SinkName = TelemetryConfig['OTEL_TRACES_EXPORTER'][number];
type SinkMakers = Readonly<Record<SinkName, (config: TelemetryConfig) => Promise<SpanSink>>>;

/**
 * The sinks that OTEL_TRACES_EXPORTER names. Each is loaded only if chosen: it brings tens of
 * milliseconds of modules to a cold start. Of a list, one that cannot start takes nothing from the
 * others; rejects where none can.
 */
export async function createSinks(
  config: TelemetryConfig,
  makers: SinkMakers = SINKS,
): Promise<SpanSink[]> {
  const names = config.OTEL_TRACES_EXPORTER;
  const made = await Promise.allSettled(names.map(async (name) => makers[name](config)));
  const sinks = made.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  for (const [at, one] of made.entries()) {
    if (one.status === 'fulfilled') continue;
    if (sinks.length === 0) throw one.reason;
    diag.error(`the exporter ${names[at]} cannot start; the others go on`, String(one.reason));
  }
  return sinks;
}

const SINKS: SinkMakers = {
  async gcp_trace(config) {
    const { createCloudTraceSink } = await import('./cloud-trace-exporter.ts');
    const { GOOGLE_CLOUD_PROJECT: project, CLOUD_TRACE_API_ENDPOINT: endpoint } = config;
    return createCloudTraceSink({ project, endpoint, timeoutMs: config.OTEL_BSP_EXPORT_TIMEOUT });
  },
  async otlp(config) {
    const { createOtlpSink } = await import('./otlp-exporter.ts');
    const url =
      config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
      `${config.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`;
    const {
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: ownTimeoutMs = config.OTEL_EXPORTER_OTLP_TIMEOUT,
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: compression = config.OTEL_EXPORTER_OTLP_COMPRESSION,
    } = config;
    return createOtlpSink({
      url,
      project: config.GOOGLE_CLOUD_PROJECT,
      timeoutMs: Math.min(config.OTEL_BSP_EXPORT_TIMEOUT, ownTimeoutMs),
      headers: {
        ...config.OTEL_EXPORTER_OTLP_HEADERS,
        ...config.OTEL_EXPORTER_OTLP_TRACES_HEADERS,
      },
      compression,
    });
  },
  async console() {
    const { createConsoleSink } = await import('./console-exporter.ts');
    // The logger writes complete lines to the same pipe; process.stdout writes what a full pipe has
    // room for, and a line of the logger's would come in the middle of a span's.
    const stdout = pino.destination({ dest: 1, sync: true });
    return createConsoleSink((line) => void stdout.write(line));
  },
};

/**
 * The sink for spans that say where they were made, which is asked for when the first of them is
 * recorded.
 */
export function withResource(sink: SpanSink, current: () => Promise<Resource>): QueuedSink {
  return {
    name: sink.name,
    async write(packed, signal) {
      return sink.write(packed, signal, await current());
    },
  };
}
