import { AppError } from '../../lib/errors.ts';
import { tooLarge } from './limits.ts';
import type { ObjectRef } from './listing.ts';
import { countLines, lower } from './match.ts';
import { isGone, type ObjectStore } from './objects.ts';

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
 * How the works came to be at hand: 'loaded' from Storage for this request; 'shared' with a request
 * that was loading them already; 'kept'; 'revalidated' against a new listing; or 'stale', kept
 * beyond their time because Storage did not answer.
 */
export type WorksSource = 'loaded' | 'shared' | 'kept' | 'revalidated' | 'stale';

export type WorksRead = Readonly<{ snapshot: Snapshot; source: WorksSource }>;

export type Works = Readonly<{
  /** Throws AppError: failedPrecondition where there are no works or too many, unavailable on any failure. */
  read(signal: AbortSignal): Promise<WorksRead>;
  /** Ends what goes on in the background. */
  close(): void;
}>;

const MAX_LISTINGS = 3;

/**
 * Lists the bucket and reads every object that `known` does not hold in that generation. All or
 * nothing: a count over some of the works would be a wrong count. What was read goes into `known`
 * at once, so that an attempt that fails half-way leaves less to do for the next.
 */
export async function loadSnapshot(
  store: ObjectStore,
  known: Map<string, Work>,
  signal: AbortSignal,
): Promise<Snapshot> {
  for (let listing = 1; ; listing += 1) {
    const refs = await store.list(signal).catch(failUnavailable);
    if (refs.length === 0) throw new AppError('failedPrecondition', 'there are no works to search');
    try {
      const works = await readAll(store, refs, known, signal);
      return { works, bytes: sum(works, 'bytes'), lines: sum(works, 'lines') };
    } catch (error) {
      // An object was replaced between the listing and its download: list anew.
      if (!isGone(error) || listing === MAX_LISTINGS) failUnavailable(error);
    }
  }
}

function failUnavailable(cause: unknown): never {
  if (cause instanceof AppError) throw cause;
  throw new AppError(
    'unavailable',
    'the works cannot be read for the moment, and no count is better than a wrong one',
    { cause },
  );
}

async function readAll(
  store: ObjectStore,
  refs: readonly ObjectRef[],
  known: Map<string, Work>,
  signal: AbortSignal,
): Promise<Work[]> {
  // Once one object has failed for good, the others are read in vain.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
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
        const work = add(toWork(ref, await store.read(ref, either)));
        known.set(ref.name, work);
        return work;
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }),
  );
}

function toWork(ref: ObjectRef, content: Buffer): Work {
  const text = decodeText(content);
  return {
    name: ref.name,
    generation: ref.generation,
    bytes: ref.size,
    lines: countLines(text),
    loweredText: lower(text),
  };
}

/** UTF-8, or ISO-8859-1 where the bytes are not valid UTF-8. */
export function decodeText(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    // Buffer's latin1 is ISO-8859-1; TextDecoder's means windows-1252, where 0x80-0x9f differ.
    return content.toString('latin1');
  }
}

/** Reads the works anew for every request, as the codelab does. */
export function createWorksPerRequest(store: ObjectStore): Works {
  return {
    read: async (signal) => ({
      snapshot: await loadSnapshot(store, new Map(), signal),
      source: 'loaded',
    }),
    close: () => store.close(),
  };
}

function sum(works: readonly Work[], field: 'bytes' | 'lines'): number {
  return works.reduce((total, work) => total + work[field], 0);
}
