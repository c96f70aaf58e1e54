import { Storage } from '@google-cloud/storage';
import { until } from '../../lib/telemetry/deadline.ts';
import { createHttpCancellation } from './http-cancellation.ts';
import { WORKS_LIMITS, type WorksLimits } from './limits.ts';
import { collectPages, type ObjectRef, parseListingPage } from './listing.ts';
import { createRoomAlone, type LoadRoom } from './load-room.ts';
import { type Content, mostGzipBytes, readContent } from './object-content.ts';
import { openDownload } from './object-download.ts';
import { createRetryBudget, type LoadTerms, NO_TERMS, type RetryBudget } from './retry-budget.ts';
import { explain, isGone, isTransient } from './storage-failures.ts';

/** What the reads of one load share. */
export type ReadMeans = Readonly<{ budget: RetryBudget; room: LoadRoom }>;

export type ObjectStore = Readonly<{
  /** What all objects together may come to. */
  limits: WorksLimits;
  /** The attempts for one load: listing and reading take from it. */
  budget(terms: LoadTerms): RetryBudget;
  /**
   * Throws AppError failedPrecondition where there is more than `limits` allow, an object that
   * cannot be read, or a bucket that Storage refuses.
   */
  list(signal: AbortSignal, budget?: RetryBudget): Promise<ObjectRef[]>;
  /**
   * The content, checked against size and checksum of the listing. Throws AppError
   * failedPrecondition where no attempt can read it, and what isGone knows where it was replaced.
   */
  read(ref: ObjectRef, signal: AbortSignal, means?: ReadMeans): Promise<Content>;
  close(): void;
}>;

export type ObjectStoreOptions = Readonly<{
  apiEndpoint: string;
  bucket: string;
  prefix: string;
  access: 'public' | 'iam';
  /** Attempts at each page and each object of a load. */
  attempts: number;
  attemptTimeoutMs: number;
  /** The longest pause before the second attempt; doubles from one to the next. */
  retryDelayMs?: number;
  limits?: WorksLimits;
}>;

type RequestOptions = ReturnType<Storage['interceptors'][number]['request']>;

/** A page has 1,000 objects, whose names have up to 1,024 bytes each, escaped in JSON. */
const MOST_PAGE_BYTES = 8 * 1024 * 1024;

/** The text of an error, which comes in place of the content. */
const MOST_ERROR_BYTES = 64 * 1024;

/**
 * The objects under one prefix of a Cloud Storage bucket. Every attempt has its own deadline; every
 * failure that another attempt may fix gets one.
 *
 * The retries are ours because the library's do not cover a download that breaks off half-way, and
 * one 503 on a download with them on ends the process.
 */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { bucket, prefix, attempts, attemptTimeoutMs, retryDelayMs } = options;
  const { limits = WORKS_LIMITS } = options;
  const storage = new Storage({
    apiEndpoint: options.apiEndpoint,
    // With an explicit endpoint the library is anonymous unless it is told otherwise.
    useAuthWithCustomEndpoint: options.access === 'iam',
    retryOptions: { autoRetry: false },
  });
  // By default all requests share one agent, which the library destroys whenever one download
  // fails: that resets the seven others in flight.
  storage.interceptors.push({
    request: (request) => Object.assign(request as RequestOptions, { forever: false }),
  });
  const files = storage.bucket(bucket);
  const cancellation = createHttpCancellation(options.apiEndpoint);

  const budget = (terms = NO_TERMS) =>
    createRetryBudget({
      attempts,
      terms,
      ...(retryDelayMs === undefined ? {} : { pauseMs: retryDelayMs }),
    });

  /** Each attempt ends with its own time or with the caller's, whichever is shorter. */
  const attempt = <T>(
    name: string,
    run: (signal: AbortSignal) => Promise<T>,
    {
      signal,
      budget,
      maxBytes,
    }: Readonly<{
      signal: AbortSignal;
      budget: RetryBudget;
      maxBytes: number;
    }>,
  ): Promise<T> =>
    budget.run(
      name,
      (leftMs) =>
        cancellation.within(
          { signal, timeoutMs: Math.ceil(Math.min(attemptTimeoutMs, leftMs)), maxBytes },
          run,
        ),
      { signal, isTransient },
    );

  async function listPage(pageToken: string | undefined, signal: AbortSignal) {
    // Not left to the cancellation alone: before the request there may be a token to fetch.
    //
    // getFiles() would end the process on an answer that is no listing: it reads the items in a
    // callback, where nobody catches what that throws.
    const [page] = await until(
      files.request({
        uri: '/o',
        qs: {
          prefix,
          fields: 'items(name,generation,size,crc32c,contentEncoding),nextPageToken',
          ...(pageToken === undefined ? {} : { pageToken }),
        },
      }),
      signal,
    );
    return parseListingPage(page);
  }

  async function download(ref: ObjectRef, room: LoadRoom, signal: AbortSignal) {
    const response = await openDownload(files, ref, signal);
    const onAbort = () => response.destroy(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const encoding = response.headers['content-encoding'];
      return await readContent({ ref, download: response, encoding, room });
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  return {
    limits,

    budget,

    list: (signal, own = budget()) =>
      collectPages(
        (pageToken, number) =>
          attempt(`page ${number}`, (attemptSignal) => listPage(pageToken, attemptSignal), {
            signal,
            budget: own,
            maxBytes: MOST_PAGE_BYTES,
          }).catch((error) => {
            throw explain(error);
          }),
        limits,
      ),

    // By name, not by generation: a replaced object takes from the same attempts.
    read: (ref, signal, own = { budget: budget(), room: createRoomAlone(ref, limits) }) =>
      attempt(`object ${ref.name}`, (attemptSignal) => download(ref, own.room, attemptSignal), {
        signal,
        budget: own.budget,
        maxBytes: mostGzipBytes(ref.size) + MOST_ERROR_BYTES,
      }).catch((error) => {
        throw isGone(error) ? error : explain(error);
      }),

    close: () => cancellation.close(),
  };
}
