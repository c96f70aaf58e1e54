import { diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Ledger } from './ledger.ts';

/** Writes one batch and resolves once all of it is stored; `signal` ends the wait, not the call. */
export type SpanSink = Readonly<{
  name: string;
  write(spans: readonly ReadableSpan[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}>;

export type TrackedExporter = SpanExporter & {
  /** Resolves when every export that has begun so far is answered or out of time. */
  settled(): Promise<void>;
};

/**
 * The one exporter that the SDK sees: it writes every batch to all sinks, each within a deadline,
 * counts it, and remembers what is in flight.
 *
 * It has to remember, because the SDK's forceFlush() and shutdown() return while an export that the
 * timer began is still under way: a process that then stops, or is frozen, loses that batch.
 * It has to bound, because the Cloud Trace exporter's call has no deadline of its own.
 */
export function createTrackedExporter(options: {
  sinks: readonly SpanSink[];
  ledger: Ledger;
  timeoutMs: number;
  /** Makes ready what spans are stored with: the resource, detected when the first is exported. */
  prepare: (spans: readonly ReadableSpan[]) => Promise<readonly ReadableSpan[]>;
}): TrackedExporter {
  const { sinks, ledger, timeoutMs, prepare } = options;
  const inFlight = new Set<Promise<void>>();

  async function store(spans: readonly ReadableSpan[]): Promise<ExportResult> {
    ledger.add('handed', spans.length);
    const deadline = createDeadline(timeoutMs);
    try {
      const prepared = await deadline.bound(prepare(spans));
      const writes = sinks.map((sink) =>
        deadline.bound(sink.write(prepared, deadline.signal)).catch((error: unknown) => {
          diag.error(`${spans.length} spans were not stored by ${sink.name}`, String(error));
          throw error;
        }),
      );
      await everyOne(writes);
      ledger.add('stored', spans.length);
      return { code: ExportResultCode.SUCCESS };
    } catch (error) {
      const isLate = deadline.signal.aborted;
      ledger.add(isLate ? 'exportTimedOut' : 'exportFailed', spans.length);
      return { code: ExportResultCode.FAILED, error: error as Error };
    } finally {
      deadline.clear();
    }
  }

  return {
    export(spans, done) {
      const pending: Promise<void> = store(spans).then((result) => {
        inFlight.delete(pending);
        done(result);
      });
      inFlight.add(pending);
    },
    async settled() {
      await Promise.all(inFlight);
    },
    forceFlush() {
      return this.settled();
    },
    async shutdown() {
      await this.settled();
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

/** Like Promise.all, but waits for the slower ones too before it rejects with the first error. */
async function everyOne(promises: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

function createDeadline(timeoutMs: number) {
  const controller = new AbortController();
  const expired = Promise.withResolvers<never>();
  expired.promise.catch(() => {});
  const timer = setTimeout(() => {
    const error = new Error(`no answer within ${timeoutMs} ms`);
    controller.abort(error);
    expired.reject(error);
  }, timeoutMs);
  return {
    signal: controller.signal,
    clear: () => clearTimeout(timer),
    bound: <T>(promise: Promise<T>): Promise<T> => Promise.race([promise, expired.promise]),
  };
}
