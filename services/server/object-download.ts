import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ApiError, type File } from '@google-cloud/storage';
import { until } from '../../lib/telemetry/deadline.ts';

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
 * last five. This takes the library's response, and those that follow it are left without bytes.
 */
export async function openDownload(file: File, signal: AbortSignal): Promise<Download> {
  const { promise, resolve, reject } = Promise.withResolvers<Download>();
  file
    .requestStream({
      uri: '',
      headers: { ...HEADERS },
      qs: { alt: 'media', generation: file.generation },
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
