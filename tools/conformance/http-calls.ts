import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { GoneError } from './check.ts';
import { listens } from './listening.ts';

export type HttpAnswer = Readonly<{
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
  /** The body as JSON; undefined where it is none. */
  json: Readonly<Record<string, unknown>> | undefined;
}>;

export type HttpOptions = Readonly<{
  method?: string;
  headers?: Readonly<Record<string, string | Buffer>>;
  body?: string;
  deadlineMs?: number;
  /** The caller goes away then, without an answer. */
  leaveWhen?: Promise<unknown>;
}>;

export type HttpCalls = (path: string, options?: HttpOptions) => Promise<HttpAnswer>;

/** What a program that ended wrote last is there a moment after its connection ended. */
const WRITTEN_AFTER_MS = 200;
const HUNG = 'answer every request, also where its handler throws an exception';

/** Far more than any answer of the contract. */
const MOST_BYTES = 2 ** 20;
const SHORTER = 'answer one JSON object, and end the body after it';

/** Each call opens a connection, and has a deadline. `lastLines`: what the program wrote. */
export const createHttpCalls =
  (
    at: Readonly<{ host: string; port: number }>,
    deadlineMs: number,
    {
      lastLines = () => [],
      signal,
    }: { lastLines?: () => readonly string[]; signal?: AbortSignal } = {},
  ): HttpCalls =>
  (path, options = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const waitMs = options.deadlineMs ?? deadlineMs;
    const what = `${options.method ?? 'GET'} ${path.slice(0, 100)}`;
    const request = httpRequest(
      {
        host: at.host,
        port: at.port,
        path,
        method: options.method ?? 'GET',
        headers: { connection: 'close', ...(options.headers as Record<string, string>) },
        agent: false,
        ...(signal && { signal }),
      },
      async (response) => {
        try {
          const body = await readBody(response, what);
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body, json: parse(body) });
        } catch (error) {
          reject(error);
        }
      },
    );
    const timer = setTimeout(() => {
      const came = `${what}: no answer within ${waitMs / 1_000} s`;
      request.destroy(new GoneError(came, { fix: HUNG, reason: `${what} got no answer` }));
    }, waitMs);
    let hasLeft = false;
    options.leaveWhen?.then(() => {
      hasLeft = true;
      request.destroy(new Error('the caller left'));
    });
    request.once('close', () => clearTimeout(timer));
    // Whoever answers one call with nothing does so with others: they would say the same again.
    request.once('error', async (error: Error) => {
      if (error instanceof GoneError || hasLeft || signal?.aborted) return reject(error);
      await sleep(WRITTEN_AFTER_MS);
      const wrote = lastLines().join(' ⏎ ') || 'nothing';
      const came = (how: string) =>
        `${what}: ${error.message}${how}; the program wrote last: ${wrote}`;
      reject(
        (await listens(at))
          ? new GoneError(came(''), { fix: HUNG, reason: `${what} got no answer` })
          : new GoneError(came(', and nothing listens there after it')),
      );
    });
    request.end(options.body);
    return promise;
  };

async function readBody(response: IncomingMessage, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > MOST_BYTES) {
      const reason = `${what} was answered with a body of more than 1 MiB`;
      throw new GoneError(reason, { fix: SHORTER, reason });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** For people. */
export const describeHttp = ({ status, headers, body }: HttpAnswer): string =>
  `${status} ${headers['content-type'] ?? 'without a type'}: ${body.slice(0, 200)}`;
