import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { CRC32C, Storage } from '@google-cloud/storage';
import pRetry from 'p-retry';
import { until } from '../../lib/until.ts';
import { createHttpCancellation } from './http-cancellation.ts';

/** One object of a listing, pinned: a download reads this generation or fails with 404. */
export type ObjectRef = Readonly<{
  name: string;
  generation: string;
  /** Bytes as stored. */
  size: number;
  /** Checksum of the bytes as stored, base64. */
  crc32c: string;
  /** 'gzip' where the stored bytes are compressed. */
  contentEncoding: string | undefined;
}>;

export type ObjectStore = Readonly<{
  list(signal: AbortSignal): Promise<ObjectRef[]>;
  /** The content, checked against size and checksum of the listing. */
  read(ref: ObjectRef, signal: AbortSignal): Promise<Buffer>;
  close(): void;
}>;

export type ObjectStoreOptions = Readonly<{
  apiEndpoint: string;
  bucket: string;
  prefix: string;
  access: 'public' | 'iam';
  /** Attempts at each page and each object. */
  attempts: number;
  attemptTimeoutMs: number;
  /** Pause before the second attempt; doubles from one to the next. */
  retryDelayMs?: number;
}>;

type RequestOptions = ReturnType<Storage['interceptors'][number]['request']>;

const gunzipAsync = promisify(gunzip);

/**
 * The objects under one prefix of a Cloud Storage bucket. Every attempt has its own deadline; every
 * failure that another attempt may mend gets one.
 *
 * The retries are ours because the library's do not cover a download that breaks off half-way, and
 * one 503 on a download with them on ends the process.
 */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { bucket, prefix, attempts, attemptTimeoutMs, retryDelayMs = 100 } = options;
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
  const cancellation = createHttpCancellation();

  const attempt = <T>(run: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> =>
    pRetry(
      () => {
        const timeout = AbortSignal.timeout(attemptTimeoutMs);
        return cancellation.within(AbortSignal.any([signal, timeout]), run);
      },
      {
        retries: attempts - 1,
        minTimeout: retryDelayMs,
        randomize: true,
        signal,
        shouldRetry: ({ error }) => !signal.aborted && isTransient(error),
      },
    );

  async function listPage(pageToken: string | undefined, signal: AbortSignal) {
    // Not left to the cancellation alone: before the request there may be a token to fetch.
    const [, , response] = await until(
      files.getFiles({
        prefix,
        autoPaginate: false,
        fields: 'items(name,generation,size,crc32c,contentEncoding),nextPageToken',
        ...(pageToken === undefined ? {} : { pageToken }),
      }),
      signal,
    );
    return parsePage(response);
  }

  return {
    async list(signal) {
      const refs: ObjectRef[] = [];
      let pageToken: string | undefined;
      do {
        const token = pageToken;
        const page = await attempt((attemptSignal) => listPage(token, attemptSignal), signal);
        refs.push(...page.refs);
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
      return refs;
    },

    read: (ref, signal) =>
      attempt(async (attemptSignal) => {
        const stream = files
          .file(ref.name, { generation: ref.generation })
          .createReadStream({ decompress: false });
        let encoding: string | undefined;
        stream.once('response', (response: IncomingMessage) => {
          encoding = response.headers['content-encoding'];
          // The library's own pipelines put eleven listeners on each response; node warns of that.
          response.setMaxListeners(20);
        });
        const onAbort = () => stream.destroy(attemptSignal.reason);
        attemptSignal.addEventListener('abort', onAbort, { once: true });
        try {
          const received = Buffer.concat(await stream.toArray());
          return await checkedContent(ref, received, encoding === 'gzip');
        } finally {
          attemptSignal.removeEventListener('abort', onAbort);
        }
      }, signal),

    close: () => cancellation.close(),
  };
}

/**
 * Checks what came against the listing rather than against the headers of the same response, which
 * is all the library does, and only where `x-goog-stored-content-encoding` allows it.
 */
async function checkedContent(ref: ObjectRef, received: Buffer, isGzip: boolean): Promise<Buffer> {
  const storedAsGzip = ref.contentEncoding === 'gzip';
  // A front end may compress on the way; the checksum is of the bytes as they are stored.
  const stored = isGzip && !storedAsGzip ? await gunzipAsync(received) : received;
  const checksum = new CRC32C();
  checksum.update(stored);
  if (stored.length !== ref.size || !checksum.validate(ref.crc32c)) {
    throw new CorruptObject(
      `gs object ${ref.name}#${ref.generation}: got ${stored.length} bytes with crc32c ` +
        `${checksum.toString()}, expected ${ref.size} bytes with ${ref.crc32c}`,
    );
  }
  return storedAsGzip ? await gunzipAsync(stored) : stored;
}

class CorruptObject extends Error {}

/** Whether the error is the answer that the pinned generation is there no longer. */
export function isGone(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** The HTTP status, if there was an answer. A DOMException (a timeout) has a small `code`, too. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  const status = Number(error.code);
  return Number.isInteger(status) && status >= 100 ? status : undefined;
}

/** No HTTP status at all is a broken connection, a missed deadline or corrupt content. */
function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

function parsePage(response: unknown): { refs: ObjectRef[]; nextPageToken: string | undefined } {
  const page = response as {
    items?: { name: string; generation: string; size: string; crc32c: string }[];
    nextPageToken?: string;
  };
  const refs = (page.items ?? [])
    // Consoles create an empty object named 'folder/' to show a folder.
    .filter((item) => !item.name.endsWith('/'))
    .map((item) => ({
      name: item.name,
      generation: item.generation,
      size: Number(item.size),
      crc32c: item.crc32c,
      contentEncoding: 'contentEncoding' in item ? String(item.contentEncoding) : undefined,
    }));
  return { refs, nextPageToken: page.nextPageToken };
}
