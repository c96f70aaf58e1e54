import { type SpanContext, trace } from '@opentelemetry/api';
import { AppError } from '../../lib/errors.ts';
import { until } from '../../lib/telemetry/deadline.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import type { ObjectStore } from './objects.ts';
import { loadSnapshot, type Snapshot, type Work, type Works } from './works.ts';

/** After a revalidation that failed, stale texts serve this long before the next one. */
const RETRY_AFTER_MS = 5_000;

/**
 * Keeps the works in memory. The first request loads them, others that come meanwhile share that
 * load; after `ttlMs` the next request has them checked against a new listing, which reads only
 * what has changed.
 *
 *     load          kept            revalidation     kept
 *     |-----|.......................|--|......................
 *           |<------- ttlMs ------->|  |<------- ttlMs ------->|
 *
 * A load belongs to no caller: the one that began it may go away, and the others still get it. While
 * Storage is down or slow (`revalidateWaitMs`), stale texts are still served.
 */
export function createKeptWorks(options: {
  store: ObjectStore;
  ttlMs: number;
  revalidateWaitMs?: number;
  now?: () => number;
  logger: Logger;
}): Works {
  const { store, ttlMs, revalidateWaitMs = 1_000, now = Date.now, logger } = options;
  const closed = new AbortController();
  const known = new Map<string, Work>();
  let kept: { snapshot: Snapshot; readAtMs: number; stale: boolean } | undefined;
  let checkAtMs = 0;
  let flight: { promise: Promise<Snapshot>; startedBy: SpanContext | undefined } | undefined;

  async function load(): Promise<Snapshot> {
    try {
      const snapshot = await loadSnapshot(store, known, closed.signal);
      const names = new Set(snapshot.works.map((work) => work.name));
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
      kept = { snapshot, readAtMs: now(), stale: false };
      checkAtMs = now() + ttlMs;
      return snapshot;
    } catch (error) {
      onFailure(error);
      throw error;
    } finally {
      flight = undefined;
    }
  }

  function onFailure(error: unknown): void {
    // No works, too many or ones that it does not give is an answer of Storage's and no outage: what
    // we hold is out of date.
    const isOutage = !(error instanceof AppError && error.kind === 'failedPrecondition');
    if (!isOutage) kept = undefined;
    if (!kept) return;
    kept = { ...kept, stale: true };
    checkAtMs = now() + Math.min(ttlMs, RETRY_AFTER_MS);
    const ageMs = now() - kept.readAtMs;
    logger.warn({ error, ageMs }, 'Cloud Storage does not answer; serving stale works');
  }

  function join() {
    const isMine = flight === undefined;
    if (!flight) {
      flight = { promise: load(), startedBy: trace.getActiveSpan()?.spanContext() };
    } else if (flight.startedBy) {
      // The reads of the objects hang on the span of the request that began them.
      trace.getActiveSpan()?.addLink({ context: flight.startedBy });
    }
    return { promise: flight.promise, isMine };
  }

  return {
    async read(signal) {
      const before = kept;
      if (before && now() < checkAtMs) {
        return { snapshot: before.snapshot, source: before.stale ? 'stale' : 'kept' };
      }
      const { promise, isMine } = join();
      if (!before) {
        return { snapshot: await until(promise, signal), source: isMine ? 'loaded' : 'shared' };
      }
      try {
        const snapshot = await until(
          promise,
          AbortSignal.any([signal, AbortSignal.timeout(revalidateWaitMs)]),
        );
        return { snapshot, source: isMine ? 'revalidated' : 'shared' };
      } catch (error) {
        if (signal.aborted) throw error;
        if (error instanceof AppError && error.kind === 'failedPrecondition') throw error;
        return { snapshot: before.snapshot, source: 'stale' };
      }
    },
    close() {
      closed.abort(new Error('the server is stopping'));
      store.close();
    },
  };
}
