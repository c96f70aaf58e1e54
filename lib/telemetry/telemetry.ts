import type { Logger } from './log.ts';
import { runningTelemetry } from './running.ts';

/**
 * Stores every span that has ended so far, exports already under way included. Resolves after
 * `timeoutMs` at the latest and never rejects: what could not be stored is counted as lost.
 */
export async function flushSpans(timeoutMs: number): Promise<void> {
  await runningTelemetry()?.flush(timeoutMs);
}

/**
 * Await this before each response, but for probes. Undefined under SPAN_FLUSH=background. With
 * request-based billing the CPU stops once the response is sent, so what has ended is stored before
 * it; only the request's own server span still waits, for the next request or SIGTERM. It bills one
 * export's round trip, up to 100 ms, to every request's latency, which is why it is not the default.
 */
export function flushBeforeResponse(): Promise<void> | undefined {
  // What goes wrong with storing spans is counted there, and no answer fails for it.
  return runningTelemetry()
    ?.beforeResponse?.()
    .catch(() => {});
}

/**
 * The last step of a shutdown: drains every span for as long as there is time, then logs
 * 'telemetry stopped' with the count, always before `timeoutMs` has passed: that line says what a
 * hanging exporter has lost.
 */
export async function shutdownTelemetry(logger: Logger, timeoutMs: number): Promise<void> {
  await runningTelemetry()?.shutdown(logger, timeoutMs);
}

/**
 * For each answer, under PRESSURE_HEADER: how full the queues of spans are, here and in what this
 * process calls. Undefined where nothing is traced.
 */
export function pressureHeader(): string | undefined {
  return runningTelemetry()?.pressure.header();
}

/** What an answer to this process carried under PRESSURE_HEADER; anything else is ignored. */
export function hearPressure(value: unknown): void {
  runningTelemetry()?.pressure.hear(value);
}
