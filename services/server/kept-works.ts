import { trace } from '@opentelemetry/api';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import type { ObjectStore } from './objects.ts';
import { type LoadTerms, NO_TERMS } from './retry-budget.ts';
import { type SharedLoad, startSharedLoad } from './shared-load.ts';
import { loadSnapshot, type Snapshot, type Work, type Works } from './works.ts';

/** After a revalidation that failed, stale texts serve this long before the next one. */
const RETRY_AFTER_MS = 5_000;

/** As long as a revalidation may take that nobody waits for. */
const BACKGROUND_MS = 60_000;

/**
 * Keeps the works in memory. The first request loads them, others that come meanwhile share that
 * load; after `ttlMs` the next request has them checked against a new listing, which reads only
 * what has changed.
 *
 *     load          kept            revalidation     kept
 *     |-----|.......................|--|......................
 *           |<------- ttlMs ------->|  |<------- ttlMs ------->|
 *
 * A load belongs to no caller: the one that began it may go away, and it goes on for as long as one of
 * the others has time. With nobody left it ends, but what it has read is kept for the next. While
 * Storage is down or slow (`revalidateWaitMs`), stale texts are still served, and the revalidation
 * goes on in the background.
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
  let flight: SharedLoad<Snapshot> | undefined;

  async function load(signal: AbortSignal, terms: LoadTerms): Promise<Snapshot> {
    try {
      const snapshot = await loadSnapshot(store, known, signal, { terms });
      signal.throwIfAborted();
      const names = new Set(snapshot.works.map((work) => work.name));
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
      kept = { snapshot, readAtMs: now(), stale: false };
      checkAtMs = now() + ttlMs;
      return snapshot;
    } catch (error) {
      // An abandoned load says nothing about Storage, and another may have begun meanwhile.
      if (!signal.aborted) onFailure(error);
      throw error;
    } finally {
      if (!signal.aborted) flight = undefined;
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

  function join(terms: LoadTerms) {
    const running = flight?.isAbandoned() ? undefined : flight;
    // The reads of the objects hang on the span of the request that began them.
    if (running?.startedBy) trace.getActiveSpan()?.addLink({ context: running.startedBy });
    const background = kept ? { backgroundUntilMs: Date.now() + BACKGROUND_MS } : {};
    flight =
      running ?? startSharedLoad(load, { first: terms, closed: closed.signal, ...background });
    return { load: flight, isMine: running === undefined };
  }

  return {
    async read(signal, terms = NO_TERMS) {
      const before = kept;
      if (before && now() < checkAtMs) {
        return { snapshot: before.snapshot, source: before.stale ? 'stale' : 'kept' };
      }
      const { load, isMine } = join(terms);
      if (!before) {
        return { snapshot: await load.join(signal, terms), source: isMine ? 'loaded' : 'shared' };
      }
      try {
        const patience = AbortSignal.any([signal, AbortSignal.timeout(revalidateWaitMs)]);
        const snapshot = await load.join(patience, terms);
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
