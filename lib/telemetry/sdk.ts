import { setTimeout as sleep } from 'node:timers/promises';
import {
  context,
  type DiagLogger,
  DiagLogLevel,
  diag,
  propagation,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, suppressTracing } from '@opentelemetry/core';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { TelemetryConfig } from './config.ts';
import { DeadlineError, within } from './deadline.ts';
import { createTrackedExporter, type SpanSink, SpansNotStored } from './exporter.ts';
import { patchModules } from './instrumentation.ts';
import { createLedger } from './ledger.ts';
import { createLogger, type Logger } from './log.ts';
import { createPressure } from './pressure.ts';
import { createPropagator } from './propagator.ts';
import { createOwnResource, createResourceDetection } from './resource.ts';
import { createResponseFlush } from './response-flush.ts';
import type { Telemetry } from './running.ts';
import { createInstanceSampler, createSampler } from './sampler.ts';
import { createShedding } from './shedding.ts';
import { createSpanProcessor } from './span-processor.ts';
import { createSpanQueueCount } from './span-queue.ts';

/** Requests that a shutdown has cut off end their spans a few turns later. */
const LAST_ENDS_MS = 500;
/** Kept of a shutdown's time for its report, which a busy process gets round to late. */
const REPORT_MS = 500;

/**
 * Patches the modules and registers the SDK. Opens no socket: the platform's metadata and the
 * exporters' tokens and connections are asked for when the first span is recorded.
 *
 * The order matters: the context manager comes first, because the rest runs under suppressTracing,
 * so that no lookup an exporter may make while it is built becomes a span.
 */
export async function startTelemetry(
  config: TelemetryConfig,
  options: {
    /** On Cloud Run or Kubernetes, where the metadata server is there, if perhaps not yet. */
    onPlatform: boolean;
  },
): Promise<Telemetry> {
  const contextManager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contextManager);
  propagation.setGlobalPropagator(createPropagator(config.OTEL_PROPAGATORS));
  const logger = createLogger({
    service: config.OTEL_SERVICE_NAME,
    project: config.GOOGLE_CLOUD_PROJECT,
  });
  diag.setLogger(createDiagLogger(logger), DiagLogLevel.WARN);
  // Failed exports come here too, but the exporter has reported them.
  setGlobalErrorHandler((error) => {
    if (!(error instanceof SpansNotStored)) diag.error('OpenTelemetry failed', String(error));
  });
  patchModules();
  return context.with(suppressTracing(context.active()), () =>
    startProvider(config, { ...options, logger }),
  );
}

async function startProvider(
  config: TelemetryConfig,
  options: { onPlatform: boolean; logger: Logger },
): Promise<Telemetry> {
  const timeoutMs = config.OTEL_BSP_EXPORT_TIMEOUT;
  const sinks = await Promise.all(
    config.OTEL_TRACES_EXPORTER.map((name) => SINKS[name](config, timeoutMs)),
  );
  const ledger = createLedger({ hasExporter: sinks.length > 0 });
  const own = createOwnResource(config);
  const detection = createResourceDetection({
    own,
    waitMs: timeoutMs / 2,
    attempts: options.onPlatform ? 5 : 1,
  });
  const exporter = createTrackedExporter({
    sinks,
    ledger,
    timeoutMs,
    async prepare(spans) {
      const resource = await detection.current();
      return spans.map((span): ReadableSpan => Object.assign(Object.create(span), { resource }));
    },
  });
  const queue = createSpanQueueCount(config.OTEL_BSP_MAX_QUEUE_SIZE);
  const pressure = createPressure({ sources: sinks.length > 0 ? [queue.fill] : [] });
  const batches = new BatchSpanProcessor(queue.leaving(exporter), {
    scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY,
    maxQueueSize: config.OTEL_BSP_MAX_QUEUE_SIZE,
    // The default may be above a queue that was made small.
    maxExportBatchSize: Math.min(
      config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
      config.OTEL_BSP_MAX_QUEUE_SIZE,
    ),
    // Ours comes first: it knows which spans it gave up.
    exportTimeoutMillis: timeoutMs + 1_000,
  });
  let stopped = false;
  const entry = createSpanProcessor({
    ledger,
    isStopped: () => stopped,
    onEnded: queue.enter,
    onFirstSpan: () => {
      if (sinks.length > 0) detection.start();
    },
  });
  const sampler = createSampler(config.OTEL_TRACES_SAMPLER, config.OTEL_TRACES_SAMPLER_ARG, {
    keptShare: createShedding(pressure.now),
    onShed: () => ledger.add('shed'),
  });
  const provider = new NodeTracerProvider({
    resource: own,
    sampler: createInstanceSampler(sampler, () => ledger.add('unsampled')),
    spanProcessors: sinks.length > 0 ? [entry, batches] : [entry],
  });
  trace.setGlobalTracerProvider(provider);

  /** Rejections are failed exports, which the exporter has counted and reported. */
  const drain = async () => {
    await Promise.allSettled([batches.forceFlush()]);
    await exporter.settled();
  };
  const allEnded = async (waitMs: number) => {
    const giveUpMs = performance.now() + waitMs;
    while (performance.now() < giveUpMs) {
      const { started, ended } = ledger.report();
      if (started === ended) return;
      await sleep(10);
    }
  };
  let reported = false;
  const report = (reportLogger: Logger) => {
    reported = true;
    reportLogger.info({ spans: ledger.report() }, 'telemetry stopped');
  };
  // A shutdown that runs out of time, and a crash, end the process before the shutdown below does.
  process.once('exit', () => {
    if (!reported && ledger.report().started > 0) report(options.logger);
  });
  return {
    pressure,
    flush: (flushTimeoutMs) => atMost(flushTimeoutMs, drain),
    beforeResponse:
      config.SPAN_FLUSH === 'before-response' ? createResponseFlush(drain) : async () => {},
    async shutdown(shutdownLogger, shutdownTimeoutMs) {
      const untilMs = performance.now() + shutdownTimeoutMs - REPORT_MS;
      const leftMs = () => Math.max(0, untilMs - performance.now());
      await allEnded(Math.min(LAST_ENDS_MS, leftMs()));
      await atMost(Math.min(timeoutMs + 500, leftMs()), drain);
      stopped = true;
      await atMost(Math.min(500, leftMs()), () => Promise.allSettled([batches.shutdown()]));
      report(shutdownLogger);
    },
  };
}

/** Loaded only if chosen: each brings tens of milliseconds of modules to a cold start. */
const SINKS: Readonly<
  Record<
    TelemetryConfig['OTEL_TRACES_EXPORTER'][number],
    (config: TelemetryConfig, timeoutMs: number) => Promise<SpanSink>
  >
> = {
  async gcp_trace(config) {
    const { createCloudTraceSink } = await import('./cloud-trace-exporter.ts');
    const { GOOGLE_CLOUD_PROJECT: project, CLOUD_TRACE_API_ENDPOINT: endpoint } = config;
    return createCloudTraceSink({ project, endpoint });
  },
  async otlp(config, timeoutMs) {
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
      timeoutMs: Math.min(timeoutMs, ownTimeoutMs),
      headers: {
        ...config.OTEL_EXPORTER_OTLP_HEADERS,
        ...config.OTEL_EXPORTER_OTLP_TRACES_HEADERS,
      },
      compression,
    });
  },
  async console() {
    const { createConsoleSink } = await import('./console-exporter.ts');
    const { pino } = await import('pino');
    // The logger writes complete lines to the same pipe; process.stdout writes what a full pipe has
    // room for, and a line of the logger's would come in the middle of a span's.
    const stdout = pino.destination({ dest: 1, sync: true });
    return createConsoleSink((line) => void stdout.write(line));
  },
};

/**
 * Waits for work that never rejects, and no longer than that: it then goes on without us. Where no
 * time is left it waits for no timer either: in a busy process the next one may be the last.
 */
async function atMost(timeoutMs: number, work: () => Promise<unknown>): Promise<void> {
  if (timeoutMs <= 0) return void work();
  await within(timeoutMs, work).catch((error) => {
    if (!(error instanceof DeadlineError)) throw error;
  });
}

function createDiagLogger(logger: Logger): DiagLogger {
  const nothing = () => {};
  return {
    error: (message, ...details) => logger.error({ details }, message),
    warn: (message, ...details) => logger.warn({ details }, message),
    info: nothing,
    debug: nothing,
    verbose: nothing,
  };
}
