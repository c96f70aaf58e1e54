import pLimit from 'p-limit';
import { AppError } from '../../lib/errors.ts';
import { until } from '../../lib/telemetry/deadline.ts';
import { tooLarge } from './limits.ts';
import type { ObjectRef } from './listing.ts';
import { countLines, lower } from './match.ts';
import { isGone, type ObjectStore } from './objects.ts';
import { unreadable } from './refusals.ts';
import { type LoadTerms, NO_TERMS, type RetryBudget } from './retry-budget.ts';
import { decodeText, NotText } from './text.ts';

/** One object's text, ready to be searched. */
export type Work = Readonly<{
  name: string;
  generation: string;
  bytes: number;
  lines: number;
  loweredText: string;
}>;

/** All the works as one listing of the bucket had them. */
export type Snapshot = Readonly<{ works: readonly Work[]; bytes: number; lines: number }>;

/**
 * Where the works came from: 'loaded' from Storage for this request; 'shared' with a request
 * that was loading them already; 'kept'; 'revalidated' against a new listing; or 'stale', kept
 * beyond their time because Storage did not answer.
 */
export type WorksSource = 'loaded' | 'shared' | 'kept' | 'revalidated' | 'stale';

export type WorksRead = Readonly<{ snapshot: Snapshot; source: WorksSource }>;

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

/** Takes memory for the objects of a listing, and resolves to what gives it back. */
export type Reserve = (refs: readonly ObjectRef[], signal: AbortSignal) => Promise<() => void>;

export type LoadOptions = Readonly<{ reserve?: Reserve; terms?: LoadTerms }>;

/**
 * Lists the bucket and reads every object that `known` does not hold in that generation. All or
 * nothing: a count over some of the works would be a wrong count. What was read goes into `known`
 * at once, so that an attempt that fails half-way leaves less to do for the next.
 */
export async function loadSnapshot(
  store: ObjectStore,
  known: Map<string, Work>,
  signal: AbortSignal,
  { reserve = async () => () => {}, terms = NO_TERMS }: LoadOptions = {},
): Promise<Snapshot> {
  const budget = store.budget(terms);
  for (let listing = 1; ; listing += 1) {
    const refs = await store.list(signal, budget).catch(failUnavailable);
    if (refs.length === 0) throw new AppError('failedPrecondition', 'there are no works to search');
    const giveBack = await reserve(refs, signal);
    try {
      const works = await readAll({ store, refs, known, budget }, signal);
      return { works, bytes: sum(works, 'bytes'), lines: sum(works, 'lines') };
    } catch (error) {
      // An object was replaced between the listing and its download: list again.
      if (!isGone(error) || listing === MAX_LISTINGS) failUnavailable(error);
    } finally {
      giveBack();
    }
  }
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
    budget,
  }: {
    store: ObjectStore;
    refs: readonly ObjectRef[];
    known: Map<string, Work>;
    budget: RetryBudget;
  },
  signal: AbortSignal,
): Promise<Work[]> {
  // Once one object has failed for good, the others are not needed.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const limit = pLimit(MAX_READS);
  let length = 0;
  const add = (work: Work) => {
    // The listing has the bytes as they are stored, which may be compressed.
    length += work.loweredText.length;
    if (length > store.limits.bytes) throw tooLarge(store.limits);
    return work;
  };
  return Promise.all(
    refs.map(async (ref) => {
      try {
        const kept = known.get(ref.name);
        if (kept?.generation === ref.generation) return add(kept);
        // A caller that goes away while it waits for its turn does not wait on.
        const content = await until(
          limit(() => store.read(ref, either, budget)),
          either,
        );
        const work = add(toWork(ref, content));
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

function toWork(ref: ObjectRef, content: Buffer): Work {
  const text = textOf(ref, content);
  return {
    name: ref.name,
    generation: ref.generation,
    bytes: ref.size,
    lines: countLines(text),
    loweredText: lower(text),
  };
}

function textOf(ref: ObjectRef, content: Buffer): string {
  try {
    return decodeText(content);
  } catch (error) {
    throw error instanceof NotText ? unreadable(ref.name, error.message) : error;
  }
}

function sum(works: readonly Work[], field: 'bytes' | 'lines'): number {
  return works.reduce((total, work) => total + work[field], 0);
}
