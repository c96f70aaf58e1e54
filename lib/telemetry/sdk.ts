import { setTimeout as sleep } from 'node:timers/promises';
import {
  context,
  type DiagLogger,
  DiagLogLevel,
  diag,
  propagation,
  trace,
} from '@opentelemetry/api';
import { setGlobalErrorHandler, suppressTracing } from '@opentelemetry/core';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { createBatches } from './batches.ts';
import type { TelemetryConfig } from './config.ts';
import { EmitterContextManager } from './context-manager.ts';
import { endsWithin } from './deadline.ts';
import { createTrackedExporter } from './exporter.ts';
import {
  createGuard,
  guardContextManager,
  guardProcessor,
  guardPropagator,
  guardTracers,
} from './guard.ts';
import type { Guard } from './guarded-span.ts';
import { patchModules } from './instrumentation.ts';
import { createLedger, LEDGER_SIGNAL } from './ledger.ts';
import { createLogger, type Logger } from './log.ts';
import { createPressure } from './pressure.ts';
import { createPropagator } from './propagator.ts';
import { missingProtections } from './protections.ts';
import { createOwnResource, createResourceDetection } from './resource.ts';
import { createResponseFlush } from './response-flush.ts';
import { createRetryQueue } from './retry-queue.ts';
import type { Telemetry } from './running.ts';
import { createInstanceSampler, createSampler } from './sampler.ts';
import { createShedding } from './shedding.ts';
import { createSinks, withResource } from './sinks.ts';
import { createSpanProcessor } from './span-processor.ts';

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
  const contextManager = new EmitterContextManager().enable();
  const guard = createGuard();
  context.setGlobalContextManager(guardContextManager(guard, contextManager));
  const propagator = createPropagator(config.OTEL_PROPAGATORS, config.MISSING_SAMPLED_FLAG);
  propagation.setGlobalPropagator(guardPropagator(guard, propagator));
  const logger = createLogger({
    service: config.OTEL_SERVICE_NAME,
    project: config.GOOGLE_CLOUD_PROJECT,
  });
  diag.setLogger(createDiagLogger(logger), DiagLogLevel.WARN);
  setGlobalErrorHandler((error) => diag.error('OpenTelemetry failed', String(error)));
  for (const sentence of missingProtections(config)) logger.warn(`unprotected trace: ${sentence}`);
  patchModules({
    instrumentations: config.OTEL_NODE_ENABLED_INSTRUMENTATIONS,
    healthCheckSpans: config.HEALTH_CHECK_SPANS,
  });
  return context.with(suppressTracing(context.active()), () =>
    startProvider(config, { ...options, guard, logger }),
  );
}

async function startProvider(
  config: TelemetryConfig,
  options: { onPlatform: boolean; guard: Guard; logger: Logger },
): Promise<Telemetry> {
  const timeoutMs = config.OTEL_BSP_EXPORT_TIMEOUT;
  const sinks = await createSinks(config);
  const ledger = createLedger({ hasExporter: sinks.length > 0 });
  const own = createOwnResource(config);
  const detection = createResourceDetection({
    own,
    waitMs: timeoutMs / 2,
    attempts: options.onPlatform ? 5 : 1,
  });
  const exporter = createTrackedExporter({
    ledger,
    queues: sinks.map((sink) =>
      createRetryQueue({
        sink: withResource(sink, detection.current),
        timeoutMs,
        limitBytes: config.SPAN_RETRY_QUEUE_BYTES,
        batchSpans: config.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
      }),
    ),
    close: () => Promise.all(sinks.map((sink) => sink.close())),
  });
  const batches = createBatches({ config, sinks, exporter, ledger });
  const queuedFill = () => ledger.queued() / config.OTEL_BSP_MAX_QUEUE_SIZE;
  const pressure = createPressure({ sources: [queuedFill, exporter.fill] });
  let stopped = false;
  const entry = createSpanProcessor({
    ledger,
    isStopped: () => stopped,
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
    sampler: createInstanceSampler(
      sampler,
      () => ledger.add('unsampled'),
      config.HEALTH_CHECK_SPANS,
    ),
    spanProcessors: (sinks.length > 0 ? [entry, batches] : [entry]).map((processor, place) =>
      guardProcessor(options.guard, `span processor ${place}`, processor),
    ),
  });
  trace.setGlobalTracerProvider(guardTracers(options.guard, provider));

  const drain = async () => {
    const flushed = (async () => batches.forceFlush())();
    await Promise.allSettled([flushed]);
    await exporter.settled();
  };
  const allEnded = async (waitMs: number) => {
    const giveUpMs = performance.now() + waitMs;
    while (performance.now() < giveUpMs) {
      if (ledger.current().open === 0) return;
      await sleep(10);
    }
  };
  let reported = false;
  const report = (reportLogger: Logger) => {
    reported = true;
    reportLogger.info({ spans: ledger.final() }, 'telemetry stopped');
  };
  process.on(LEDGER_SIGNAL, () =>
    options.logger.info({ spans: ledger.current() }, 'telemetry so far'),
  );
  // A shutdown that runs out of time, and a crash, end the process before the shutdown below does.
  process.once('exit', () => {
    if (!reported && ledger.current().started > 0) report(options.logger);
  });
  return {
    pressure,
    flush: (flushTimeoutMs) => atMost(flushTimeoutMs, drain),
    ...(config.SPAN_FLUSH === 'before-response' && { beforeResponse: createResponseFlush(drain) }),
    async shutdown(shutdownLogger, shutdownTimeoutMs) {
      if (config.SPAN_DRAIN === 'never') return report(shutdownLogger);
      const untilMs = performance.now() + shutdownTimeoutMs - REPORT_MS;
      const leftMs = () => Math.max(0, untilMs - performance.now());
      await allEnded(Math.min(LAST_ENDS_MS, leftMs()));
      exporter.hurry();
      do {
        await atMost(leftMs(), drain);
        // Spans may end in the meantime.
      } while (ledger.queued() > 0 && leftMs() > 0);
      stopped = true;
      report(shutdownLogger);
      await atMost(leftMs(), () => Promise.allSettled([batches.shutdown()]));
    },
  };
}

/**
 * Waits for work that never rejects, and no longer than that: it then goes on without us. Where no
 * time is left it waits for no timer either: in a busy process the next one may be the last.
 */
async function atMost(timeoutMs: number, work: () => Promise<unknown>): Promise<void> {
  if (timeoutMs <= 0) return void work();
  await endsWithin(timeoutMs, work);
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
