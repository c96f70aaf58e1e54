import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
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
  /** The caller goes away after so long. */
  leaveAfterMs?: number;
}>;

export type HttpCalls = (path: string, options?: HttpOptions) => Promise<HttpAnswer>;

/** Each call opens a connection, and has a deadline. */
export const createHttpCalls =
  (at: Readonly<{ host: string; port: number }>, deadlineMs: number): HttpCalls =>
  (path, options = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const waitMs = Math.min(
      options.leaveAfterMs ?? Number.POSITIVE_INFINITY,
      options.deadlineMs ?? deadlineMs,
    );
    const request = httpRequest(
      {
        host: at.host,
        port: at.port,
        path,
        method: options.method ?? 'GET',
        headers: { connection: 'close', ...(options.headers as Record<string, string>) },
        agent: false,
      },
      async (response) => {
        try {
          const body = await text(response);
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body, json: parse(body) });
        } catch (error) {
          reject(error);
        }
      },
    );
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer within ${waitMs} ms`)),
      waitMs,
    );
    request.once('close', () => clearTimeout(timer));
    request.once('error', async (error: NodeJS.ErrnoException) => {
      const isGone = error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET';
      if (!isGone || (await listens(at))) return reject(error);
      reject(new GoneError(`${error.message}, and nothing listens there after it`));
    });
    request.end(options.body);
    return promise;
  };

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
