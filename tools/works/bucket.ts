import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Bucket, type File, Storage } from '@google-cloud/storage';
import pLimit from 'p-limit';
import pRetry, { AbortError } from 'p-retry';
import { z } from 'zod';
import { within } from '../../lib/telemetry/deadline.ts';
import type { Text } from './folder.ts';

const AT_ONCE = 8;
const ATTEMPT_DEADLINE_MS = 60_000;
const RETRIES = 3;

/** Reads every object under the prefix, to its end and with its checksum checked, or throws. */
export async function readBucket(options: {
  bucket: string;
  prefix: string;
  access: 'public' | 'iam';
  /** For private endpoints. */
  apiEndpoint?: string;
  retryDelayMs?: number;
  onProgress?: (read: number, all: number) => void;
}): Promise<Text[]> {
  const { bucket, prefix, access, onProgress = () => {}, retryDelayMs = 500 } = options;
  const storage = new Storage({
    // With an explicit endpoint the library is anonymous unless it is told otherwise.
    apiEndpoint: options.apiEndpoint ?? 'https://storage.googleapis.com',
    useAuthWithCustomEndpoint: access === 'iam',
    // The library's own retry ends the process when one download gets a 503.
    retryOptions: { autoRetry: false },
  });
  const retrying = <T>(attempt: () => Promise<T>): Promise<T> =>
    pRetry(
      async () => {
        try {
          const late = 'Cloud Storage did not answer';
          return await within(ATTEMPT_DEADLINE_MS, attempt, { late });
        } catch (error) {
          if (isPermanent(error)) throw new AbortError(explain(error, bucket, access));
          throw error;
        }
      },
      { retries: RETRIES, minTimeout: retryDelayMs },
    );

  const files = await listFiles(storage.bucket(bucket), prefix, retrying);
  if (files.length === 0) {
    throw new Error(
      `gs://${bucket} has no object whose name begins with ${JSON.stringify(prefix)}`,
    );
  }
  const limit = pLimit(AT_ONCE);
  let read = 0;
  return Promise.all(
    files.map((file: File) =>
      limit(async () => {
        const bytes = await retrying(() => download(file));
        onProgress(++read, files.length);
        return { name: file.name, bytes };
      }),
    ),
  );
}

/** JSON can escape half of a surrogate pair, and no URL can hold one: the library would throw unseen. */
const wellFormed = z.string().refine((text) => text.isWellFormed());

const pageSchema = z.object({
  items: z.array(z.object({ name: wellFormed.min(1) })).default([]),
  nextPageToken: wellFormed.optional(),
});

/** getFiles() would end the process on an answer that is no listing: nobody catches what it throws. */
async function listFiles(
  bucket: Bucket,
  prefix: string,
  retrying: <T>(attempt: () => Promise<T>) => Promise<T>,
): Promise<File[]> {
  const files: File[] = [];
  const followed = new Set<string>();
  for (let pageToken: string | undefined; ; ) {
    const qs = { prefix, fields: 'items(name),nextPageToken', ...(pageToken && { pageToken }) };
    const request = () => bucket.request({ uri: '/o', qs }).catch(notJson);
    const [answer] = await retrying(request);
    const page = pageSchema.safeParse(answer);
    if (!page.success) {
      throw new Error(`reading gs://${bucket.name} failed: the answer is not a listing of objects`);
    }
    files.push(...page.data.items.map(({ name }) => bucket.file(name)));
    pageToken = page.data.nextPageToken;
    if (!pageToken) return files;
    if (followed.has(pageToken)) {
      throw new Error(`reading gs://${bucket.name} failed: the listing repeats a page`);
    }
    followed.add(pageToken);
  }
}

/** A page of HTML, such as a proxy's, is no listing either; another attempt would get the same. */
function notJson(error: unknown): readonly [undefined] {
  if (error instanceof SyntaxError) return [undefined];
  throw error;
}

function download(file: File): Promise<Buffer> {
  const stream = file.createReadStream({ validation: 'crc32c' });
  stream.once('response', (response: IncomingMessage) => {
    // The library's own pipelines put eleven listeners on each response; node warns of that.
    response.setMaxListeners(20);
  });
  return buffer(stream);
}

function statusOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
  return Number.isInteger(code) ? code : undefined;
}

/** 4xx but for too many requests: another attempt gets the same answer. */
function isPermanent(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function explain(error: unknown, bucket: string, access: 'public' | 'iam'): Error {
  const status = statusOf(error);
  const reason = (error as Error).message;
  const advice =
    status === 401 || status === 403
      ? access === 'public'
        ? '; if it is not public, use --access iam'
        : '; you need roles/storage.objectViewer on it, and: gcloud auth application-default login'
      : '';
  return new Error(`reading gs://${bucket} failed: ${reason}${advice}`, { cause: error });
}
