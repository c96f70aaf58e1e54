import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import type { Readable, Writable } from 'node:stream';

export type UpstreamHead = Readonly<{
  method: string;
  path: string;
  authority: string;
  headers: OutgoingHttpHeaders;
  hasBody: boolean;
}>;

export type UpstreamReply = Readonly<{
  status: number;
  headers: IncomingHttpHeaders;
  /** undefined where the head ended the answer (gRPC: trailers-only). */
  body: Readable | undefined;
  trailers(): OutgoingHttpHeaders;
}>;

export type UpstreamCall = Readonly<{
  /** Rejects with UpstreamError where the container closes the connection before an answer. */
  reply: Promise<UpstreamReply>;
  body: Writable;
  cancel(): void;
  /** The HTTP/2 code with which the container reset the stream, if it did. */
  resetCode(): number | undefined;
}>;

/** How the front end talks to one container. */
export type Upstream = Readonly<{
  call(head: UpstreamHead): UpstreamCall;
  /** Closes idle connections: before the container is stopped, and when it has ended. */
  disconnect(): void;
}>;

class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
}

/**
 * A connection per request: a container that was stopped for longer than its keep-alive timeout
 * resets pooled connections as soon as it runs again.
 */
export function createHttp1Upstream(port: number): Upstream {
  return {
    call({ method, path, authority, headers, hasBody }) {
      const { promise, resolve, reject } = Promise.withResolvers<UpstreamReply>();
      const request = httpRequest({
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { ...headers, host: authority },
        agent: false,
        setDefaultHeaders: false,
      });
      if (hasBody && headers['content-length'] === undefined) {
        request.setHeader('transfer-encoding', 'chunked');
      }
      request.setHeader('connection', 'close');
      request.once('response', (response) => {
        resolve({
          status: response.statusCode ?? 502,
          headers: response.headers,
          body: response,
          trailers: () => response.trailers,
        });
      });
      request.on('error', (cause) => reject(new UpstreamError(cause.message, { cause })));
      promise.catch(() => {});
      if (!hasBody) request.end();
      return {
        reply: promise,
        body: request,
        cancel: () => request.destroy(new UpstreamError('cancelled')),
        resetCode: () => undefined,
      };
    },
    disconnect() {},
  };
}

/** h2c with prior knowledge, all requests on one connection, as Cloud Run does for gRPC. */
export function createHttp2Upstream(port: number): Upstream {
  let session: ClientHttp2Session | undefined;
  const connected = () => {
    if (session && !session.closed && !session.destroyed) return session;
    const opened = connect(`http://127.0.0.1:${port}`);
    opened.on('error', () => {});
    // A container that shuts down sends GOAWAY; its open calls finish on the old connection.
    opened.on('goaway', () => {
      if (session === opened) session = undefined;
    });
    session = opened;
    return opened;
  };
  return {
    call({ method, path, authority, headers, hasBody }) {
      const { promise, resolve, reject } = Promise.withResolvers<UpstreamReply>();
      const stream = connected().request(
        {
          ':method': method,
          ':path': path,
          ':authority': authority,
          ':scheme': 'http',
          ...headers,
        },
        { endStream: !hasBody },
      );
      let trailers: OutgoingHttpHeaders = {};
      stream.on('trailers', (received) => {
        trailers = withoutPseudo(received);
      });
      stream.once('response', (received, flags) => {
        resolve({
          status: received[':status'] ?? 502,
          headers: withoutPseudo(received),
          body: (flags & constants.NGHTTP2_FLAG_END_STREAM) === 0 ? stream : undefined,
          trailers: () => trailers,
        });
      });
      stream.on('error', (cause) => reject(new UpstreamError(cause.message, { cause })));
      stream.once('close', () => reject(new UpstreamError('the container reset the stream')));
      promise.catch(() => {});
      return {
        reply: promise,
        body: stream,
        cancel: () => stream.close(constants.NGHTTP2_CANCEL),
        resetCode: () => stream.rstCode || undefined,
      };
    },
    disconnect() {
      session?.close();
      session = undefined;
    },
  };
}

function withoutPseudo(headers: Record<string, unknown>): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith(':')),
  ) as IncomingHttpHeaders;
}
