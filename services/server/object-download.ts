import {
  get as getPlain,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  Agent as PlainAgent,
} from 'node:http';
import { get as getSecure, Agent as SecureAgent } from 'node:https';
import { ApiError, type Storage } from '@google-cloud/storage';
import { until } from '../../lib/telemetry/deadline.ts';
import type { ObjectRef } from './listing.ts';

/** The response to a request for this generation of an object: the stored bytes, as they come. */
export type OpenDownload = (ref: ObjectRef, signal: AbortSignal) => Promise<IncomingMessage>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** As the library asks for content that it does not unpack. */
const HEADERS = {
  'Accept-Encoding': 'gzip',
  'Cache-Control': 'no-store',
  'User-Agent': 'shakesapp-server',
};

/** The text of an error, which comes in place of the content. */
const MOST_ERROR_BYTES = 64 * 1024;

/** As Node's own agents: a connection that idles is closed before Storage closes it. */
const CONNECTIONS = { keepAlive: true, scheduling: 'lifo', timeout: 5_000 } as const;

/**
 * Downloads whose requests the library signs and node:http sends. The library sends one through
 * retry-request, teeny-request, node-fetch and seven streams, which takes twice the CPU time for 42
 * objects.
 *
 * A download throws ApiError, with the text of the answer, where Storage gives no object. When `signal`
 * aborts, it and its response end with the reason.
 */
export function createDownloads(options: {
  storage: Storage;
  bucket: string;
  /** May name a proxy. */
  environment: Environment;
}): OpenDownload {
  const { storage, bucket } = options;
  const objects = `${storage.baseUrl}/b/${bucket}/o/`;
  const connections = { ...CONNECTIONS, proxyEnv: proxyOf(options.environment) };
  const isPlain = objects.startsWith('http:');
  const agent = isPlain ? new PlainAgent(connections) : new SecureAgent(connections);
  const get = isPlain ? getPlain : getSecure;

  return async ({ name, generation }, signal) => {
    const uri = `${objects}${encodeURIComponent(name)}?alt=media&generation=${generation}`;
    const headers = await until(signedHeaders(storage, uri), signal);
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = get(uri, { agent, headers }, resolve).on('error', reject);
    const onAbort = () => request.destroy(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    request.once('close', () => signal.removeEventListener('abort', onAbort));
    const response = await promise;
    const { statusCode = 0, statusMessage = '' } = response;
    if (statusCode >= 200 && statusCode <= 299) return response;
    const reason = await readError(response);
    signal.throwIfAborted();
    throw Object.assign(new ApiError(reason || statusMessage), { code: statusCode });
  };
}

/** The headers of a request, with a token where there is one. */
function signedHeaders(storage: Storage, uri: string): Promise<OutgoingHttpHeaders> {
  const { promise, resolve, reject } = Promise.withResolvers<OutgoingHttpHeaders>();
  storage.makeAuthenticatedRequest(
    { uri, headers: { ...HEADERS } },
    {
      onAuthenticated(error, signed) {
        if (error) return reject(error);
        const headers = signed?.headers ?? {};
        // To name Headers here would load undici.
        resolve(isIterable(headers) ? Object.fromEntries(headers) : headers);
      },
    },
  );
  return promise;
}

const isIterable = (headers: object): headers is Iterable<[string, string]> =>
  Symbol.iterator in headers;

/** As much as came of it; a text that breaks off is none. */
async function readError(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_ERROR_BYTES) break;
      chunks.push(chunk);
    }
  } catch {
    return '';
  }
  if (bytes <= MOST_ERROR_BYTES) return Buffer.concat(chunks).toString();
  throw new Error(`Cloud Storage answered with more than ${MOST_ERROR_BYTES} bytes of an error`);
}

/** The library takes any of them, whatever the scheme, and node:http only the one of its scheme. */
function proxyOf(environment: Environment): Environment {
  const { HTTP_PROXY, http_proxy, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy } = environment;
  const proxy = HTTP_PROXY || http_proxy || HTTPS_PROXY || https_proxy;
  return proxy
    ? { http_proxy: proxy, https_proxy: proxy, no_proxy: NO_PROXY || no_proxy || '' }
    : {};
}
