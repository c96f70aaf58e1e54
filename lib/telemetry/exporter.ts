import { diag } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { DeadlineError, until, within } from './deadline.ts';
import type { Ledger } from './ledger.ts';

/** The answer to a batch that was taken: how many of its spans are not stored anyway. */
export type Written = Readonly<{ rejected: number }>;

/** Writes one batch and resolves with its answer; `signal` ends the wait, not the call. */
export type SpanSink = Readonly<{
  name: string;
  write(spans: readonly ReadableSpan[], signal: AbortSignal): Promise<Written>;
  close(): Promise<void>;
}>;

export type TrackedExporter = SpanExporter & {
  /** Resolves when every export that has begun so far is answered or out of time. */
  settled(): Promise<void>;
};

/**
 * Why an export failed, counted and reported already. The SDK passes it on to its global error
 * handler, which has to tell it from everything else that ends there.
 */
export class SpansNotStored extends Error {}

/**
 * The one exporter that the SDK sees: it writes every batch to all sinks, each within a deadline,
 * counts it, and remembers what is in flight.
 *
 * It has to remember, because the SDK's forceFlush() and shutdown() return while an export that the
 * timer began is still under way: a process that then stops, or is frozen, loses that batch.
 * It has to bound, because the Cloud Trace exporter's call has no deadline.
 */
export function createTrackedExporter(options: {
  sinks: readonly SpanSink[];
  ledger: Ledger;
  timeoutMs: number;
  /** Adds the resource to spans, which is detected when the first of them is exported. */
  prepare: (spans: readonly ReadableSpan[]) => Promise<readonly ReadableSpan[]>;
}): TrackedExporter {
  const { sinks, ledger, timeoutMs, prepare } = options;
  const inFlight = new Set<Promise<void>>();

  async function store(spans: readonly ReadableSpan[]): Promise<ExportResult> {
    const count = spans.length;
    const were = count === 1 ? 'span was' : 'spans were';
    ledger.add('handed', count);
    let isLate = false;
    try {
      const written = await within(timeoutMs, async (deadline) => {
        deadline.addEventListener('abort', () => (isLate = true));
        const prepared = await reported(
          `${count} ${were} not prepared for export`,
          until(prepare(spans), deadline),
        );
        const writes = sinks.map((sink) =>
          reported(
            `${count} ${were} not stored by ${sink.name}`,
            until(sink.write(prepared, deadline), deadline),
          ),
        );
        return everyOne(writes);
      });
      const rejected = rejectedOf(count, written);
      ledger.add('stored', count - rejected);
      ledger.add('exportFailed', rejected);
      return { code: ExportResultCode.SUCCESS };
    } catch (error) {
      const timedOut = isLate || (error as Error).cause instanceof DeadlineError;
      ledger.add(timedOut ? 'exportTimedOut' : 'exportFailed', count);
      const reason =
        error instanceof SpansNotStored ? error : new SpansNotStored(`${error}`, { cause: error });
      return { code: ExportResultCode.FAILED, error: reason };
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
async function everyOne<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/**
 * Spans that not every sink stored. A sink says how many it refused and not which, so those of two
 * sinks are taken for different ones: better to count a span as lost too often than as stored.
 */
function rejectedOf(count: number, answers: readonly Written[]): number {
  return Math.min(
    count,
    answers.reduce((sum, { rejected }) => sum + Math.max(0, rejected), 0),
  );
}

async function reported<T>(message: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    diag.error(message, String(cause));
    throw new SpansNotStored(message, { cause });
  }
}
