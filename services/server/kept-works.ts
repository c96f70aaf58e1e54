import { systemClock, withTimeout } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/telemetry/log.ts';
import { activeSpan } from '../../lib/telemetry/span.ts';
import { type ByteAccount, createByteAccount, type Lease } from './byte-account.ts';
import type { ObjectRef } from './listing.ts';
import { memoryFor, memoryToRead, NoRoom } from './load-room.ts';
import type { ObjectStore } from './objects.ts';
import { type LoadTerms, NO_TERMS } from './retry-budget.ts';
import { type SharedLoad, startSharedLoad } from './shared-load.ts';
import type { Work } from './work.ts';
import { findKnown, loadSnapshot, type Snapshot, type Works } from './works.ts';

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
 *
 * Old and new texts are both in memory until the new ones are complete. Where there is no room for
 * both, the old ones go first, and requests wait.
 */
export function createKeptWorks(options: {
  store: ObjectStore;
  memory?: ByteAccount;
  ttlMs: number;
  revalidateWaitMs?: number;
  now?: () => number;
  logger: Logger;
}): Works {
  const { store, ttlMs, revalidateWaitMs = 1_000, now = Date.now, logger } = options;
  const { memory = createByteAccount(memoryFor(store.limits)) } = options;
  const closed = new AbortController();
  const known = new Map<string, Work>();
  let kept: { snapshot: Snapshot; readAtMs: number; stale: boolean } | undefined;
  let checkAtMs = 0;
  let flight: SharedLoad<Snapshot> | undefined;

  /** For every text that is kept or known. */
  const held = memory.takeNone();

  function cover(): void {
    const works = new Set([...known.values(), ...(kept?.snapshot.works ?? [])]);
    const bytes = [...works].reduce((total, work) => total + work.memoryBytes, 0);
    held.shrinkTo(bytes);
    // Without room the next attempt reads them again.
    if (!held.grow(bytes - held.bytes())) known.clear();
  }

  function forget(): void {
    kept = undefined;
    known.clear();
    held.shrinkTo(0);
  }

  async function reserve(refs: readonly ObjectRef[], signal: AbortSignal): Promise<Lease> {
    cover();
    const needed = () =>
      refs
        .filter((ref) => !findKnown(ref, known))
        .reduce((total, ref) => total + memoryToRead(ref), 0);
    const beside = memory.take(needed());
    if (beside) return beside;
    // There is no room for old and new together, and Storage says that the old ones are out of date.
    forget();
    return memory.reserve(needed, signal);
  }

  async function load(signal: AbortSignal, terms: LoadTerms): Promise<Snapshot> {
    let lease: Lease | undefined;
    try {
      const snapshot = await loadSnapshot(store, known, signal, {
        terms,
        async reserve(refs, signal) {
          lease = await reserve(refs, signal);
          return lease;
        },
      });
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
      if (lease) held.absorb(lease);
      cover();
      if (!signal.aborted) flight = undefined;
    }
  }

  function onFailure(error: unknown): void {
    // No works, too many or ones that it does not give is an answer of Storage's and no outage: what
    // we hold is out of date.
    const isOutage = !(error instanceof AppError && error.kind === 'failedPrecondition');
    if (!isOutage) kept = undefined;
    // The next load has all the memory.
    if (error instanceof NoRoom) forget();
    if (!kept) return;
    kept = { ...kept, stale: true };
    checkAtMs = now() + Math.min(ttlMs, RETRY_AFTER_MS);
    const ageMs = now() - kept.readAtMs;
    logger.warn({ error, ageMs }, 'Cloud Storage does not answer; serving stale works');
  }

  function join(terms: LoadTerms) {
    const running = flight?.isAbandoned() ? undefined : flight;
    // The reads of the objects hang on the span of the request that began them.
    if (running?.startedBy) activeSpan()?.addLink({ context: running.startedBy });
    const background = kept ? { backgroundUntilMs: Date.now() + BACKGROUND_MS } : {};
    flight =
      running ?? startSharedLoad(load, { first: terms, closed: closed.signal, ...background });
    return { load: flight, isMine: running === undefined };
  }

  return {
    async read(signal, terms = NO_TERMS) {
      if (kept && now() < checkAtMs) {
        return { snapshot: kept.snapshot, source: kept.stale ? 'stale' : 'kept' };
      }
      // Of the texts themselves nothing is held here: they may have to go while this waits.
      const hadTexts = kept !== undefined;
      const { load, isMine } = join(terms);
      const source = isMine ? (hadTexts ? 'revalidated' : 'loaded') : 'shared';
      if (!hadTexts) return { snapshot: await load.join(signal, terms), source };
      return withTimeout(systemClock, revalidateWaitMs, async (timeout) => {
        try {
          const patience = AbortSignal.any([signal, timeout]);
          return { snapshot: await load.join(patience, terms), source };
        } catch (error) {
          if (signal.aborted) throw error;
          if (error instanceof AppError && error.kind === 'failedPrecondition') throw error;
          if (kept) return { snapshot: kept.snapshot, source: 'stale' };
          if (!timeout.aborted) throw error;
          return { snapshot: await load.join(signal, terms), source };
        }
      });
    },
    close() {
      closed.abort(new Error('the server is stopping'));
      store.close();
    },
  };
}
