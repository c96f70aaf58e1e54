import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ApiError, type Bucket } from '@google-cloud/storage';
import { until } from '../../lib/telemetry/deadline.ts';
import type { ObjectRef } from './listing.ts';

/** What a download answers with: the stored bytes, as they come. */
export type Download = Readable &
  Readonly<{ statusCode: number; statusMessage: string; headers: Record<string, string> }>;

/** As the library asks for content that it does not unpack. */
const HEADERS = { 'Accept-Encoding': 'gzip', 'Cache-Control': 'no-store' };

/**
 * The response to a request for this generation of an object. Throws ApiError, with the text of the
 * answer, where Storage gives none; whoever reads on destroys it when `signal` aborts.
 *
 * File.createReadStream() would send every byte through seven streams, of which nobody reads the
 * last five, and a File makes a hundred functions for access lists. This takes the library's response,
 * and the streams that follow it are left without bytes.
 */
export async function openDownload(
  objects: Bucket,
  { name, generation }: ObjectRef,
  signal: AbortSignal,
): Promise<Download> {
  const { promise, resolve, reject } = Promise.withResolvers<Download>();
  objects
    .requestStream({
      uri: `/o/${encodeURIComponent(name)}`,
      headers: { ...HEADERS },
      qs: { alt: 'media', generation },
    })
    .on('error', reject)
    .on('response', (response: unknown) => resolve(response as Download));
  const response = await until(promise, signal);
  response.unpipe();
  const { statusCode, statusMessage } = response;
  if (statusCode >= 200 && statusCode <= 299) return response;
  const reason = await until(text(response), signal).catch(() => statusMessage);
  signal.throwIfAborted();
  throw Object.assign(new ApiError(reason || statusMessage), { code: statusCode });
}
