import pLimit from 'p-limit';
import { AppError } from '../../lib/errors.ts';
import { until } from '../../lib/telemetry/deadline.ts';
import type { Lease } from './byte-account.ts';
import type { ObjectRef } from './listing.ts';
import { createLoadRoom } from './load-room.ts';
import type { ObjectStore, ReadMeans } from './objects.ts';
import { type LoadTerms, NO_TERMS } from './retry-budget.ts';
import { isGone } from './storage-failures.ts';
import { type ToWork, toWork, type Work } from './work.ts';

/** All the works as one listing of the bucket had them. */
export type Snapshot = Readonly<{ works: readonly Work[]; bytes: number; lines: number }>;

/**
 * Where the works came from: 'loaded' from Storage for this request; 'shared' with a request
 * that was loading them already; 'kept'; 'revalidated' against a new listing; or 'stale', kept
 * beyond their time because Storage did not answer.
 */
export type WorksSource = 'loaded' | 'shared' | 'kept' | 'revalidated' | 'stale';

export type WorksRead = Readonly<{
  snapshot: Snapshot;
  source: WorksSource;
  /**
   * Gives back the memory that was read for this caller alone, once it has been searched: the texts
   * are then empty.
   */
  release?: () => void;
}>;

export type Works = Readonly<{
  /**
   * Throws AppError: failedPrecondition where there are no works or too many, unavailable on any
   * failure. Spends no more on Storage than the terms allow.
   */
  read(signal: AbortSignal, terms?: LoadTerms): Promise<WorksRead>;
  /** Ends what goes on in the background. */
  close(): void;
}>;

const MAX_LISTINGS = 3;

/** At a time and load: each holds a connection and an object's bytes. */
const MAX_READS = 8;

/** Takes memory for the objects of a listing. */
export type Reserve = (refs: readonly ObjectRef[], signal: AbortSignal) => Promise<Lease>;

export type LoadOptions = Readonly<{
  reserve: Reserve;
  terms?: LoadTerms | undefined;
  /** How the texts will be searched. */
  prepare?: ToWork;
}>;

/**
 * Lists the bucket and reads every object that `known` does not hold in that generation. All or
 * nothing: a count over some of the works would be a wrong count. What was read goes into `known`
 * at once, so that an attempt that fails half-way leaves less to do for the next.
 *
 * The lease has the memory while it reads. A load that failed has given it back; after one that has
 * not it has as much as the texts take that were read.
 */
export async function loadSnapshot(
  store: ObjectStore,
  known: Map<string, Work>,
  signal: AbortSignal,
  { reserve, terms = NO_TERMS, prepare = toWork }: LoadOptions,
): Promise<Snapshot> {
  const budget = store.budget(terms);
  for (let listing = 1; ; listing += 1) {
    const refs = await store.list(signal, budget).catch(failUnavailable);
    if (refs.length === 0) throw new AppError('failedPrecondition', 'there are no works to search');
    const lease = await reserve(refs, signal);
    try {
      const toRead = refs.filter((ref) => !findKnown(ref, known));
      const knownTextBytes = sum(
        refs.flatMap((ref) => findKnown(ref, known) ?? []),
        'textBytes',
      );
      const room = createLoadRoom({ lease, limits: store.limits, toRead, knownTextBytes });
      const works = await readAll({ store, refs, known, prepare, means: { budget, room } }, signal);
      const names = new Set(toRead.map(({ name }) => name));
      lease.shrinkTo(
        sum(
          works.filter(({ name }) => names.has(name)),
          'memoryBytes',
        ),
      );
      return { works, bytes: sum(works, 'bytes'), lines: sum(works, 'lines') };
    } catch (error) {
      lease.release();
      // An object was replaced between the listing and its download: list again.
      if (!isGone(error) || listing === MAX_LISTINGS) failUnavailable(error);
    }
  }
}

/** The work that is known in the generation of the listing. */
export function findKnown(ref: ObjectRef, known: ReadonlyMap<string, Work>): Work | undefined {
  const work = known.get(ref.name);
  return work?.generation === ref.generation ? work : undefined;
}

function failUnavailable(cause: unknown): never {
  if (cause instanceof AppError) throw cause;
  throw new AppError(
    'unavailable',
    'the works cannot be read at the moment; the server does not answer with a partial count',
    { cause },
  );
}

async function readAll(
  {
    store,
    refs,
    known,
    prepare,
    means,
  }: {
    store: ObjectStore;
    refs: readonly ObjectRef[];
    known: Map<string, Work>;
    prepare: ToWork;
    means: ReadMeans;
  },
  signal: AbortSignal,
): Promise<Work[]> {
  // Once one object has failed for good, the others are not needed.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const limit = pLimit(MAX_READS);
  return Promise.all(
    refs.map(async (ref) => {
      try {
        const kept = findKnown(ref, known);
        if (kept) return kept;
        // A caller that goes away while it waits for its turn does not wait on.
        const content = await until(
          limit(() => store.read(ref, either, means)),
          either,
        );
        const work = prepare(ref, content);
        known.set(ref.name, work);
        return work;
      } catch (error) {
        limit.clearQueue();
        failed.abort(error);
        throw error;
      }
    }),
  );
}

function sum(
  works: readonly Work[],
  field: 'bytes' | 'lines' | 'textBytes' | 'memoryBytes',
): number {
  return works.reduce((total, work) => total + work[field], 0);
}
