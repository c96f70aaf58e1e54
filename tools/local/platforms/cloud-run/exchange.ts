import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Readable, Writable } from 'node:stream';

/** One request as it came from outside, over either version of HTTP, and the way to answer it. */
export type Exchange = Readonly<{
  method: string;
  path: string;
  /** Host or :authority. */
  authority: string;
  /** Lower case, without HTTP/2's pseudo-headers. */
  headers: IncomingHttpHeaders;
  /** undefined where the request has none. */
  body: Readable | undefined;
  remoteAddress: string;
  isGrpc: boolean;
  /** Aborts when the caller goes away before the answer is complete. */
  gone: AbortSignal;
  /** Sends the head; undefined where it ends the answer, else where the body goes. */
  respond(status: number, headers: OutgoingHttpHeaders, endsHere: boolean): Writable | undefined;
  /** Ends the body. */
  finish(trailers: OutgoingHttpHeaders): void;
  headSent(): boolean;
  /** Ends the answer early; the code is HTTP/2's. */
  reset(code?: number): void;
}>;

export function http1Exchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  request.on('error', ignore);
  response.on('error', ignore);
  const { headers } = request;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'];
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    authority: headers.host ?? '',
    headers,
    body: hasBody ? request : undefined,
    remoteAddress: request.socket.remoteAddress ?? '',
    isGrpc: isGrpc(headers),
    gone: gone.signal,
    respond(status, head, endsHere) {
      response.writeHead(status, head);
      if (endsHere) response.end();
      else response.flushHeaders();
      return endsHere ? undefined : response;
    },
    finish(trailers) {
      response.addTrailers(trailers);
      response.end();
    },
    headSent: () => response.headersSent,
    reset: () => response.destroy(),
  };
}

export function http2Exchange(stream: ServerHttp2Stream, head: IncomingHttpHeaders): Exchange {
  const gone = new AbortController();
  let ended = false;
  stream.once('finish', () => {
    ended = true;
  });
  stream.once('close', () => {
    if (!ended || stream.rstCode !== constants.NGHTTP2_NO_ERROR) gone.abort();
  });
  stream.on('error', ignore);
  const pseudo = head as Record<string, string | undefined>;
  const headers = Object.fromEntries(
    Object.entries(head).filter(([name]) => !name.startsWith(':')),
  );
  let trailers: OutgoingHttpHeaders = {};
  return {
    method: pseudo[':method'] ?? 'GET',
    path: pseudo[':path'] ?? '/',
    authority: pseudo[':authority'] ?? headers.host?.toString() ?? '',
    headers,
    body: stream.endAfterHeaders ? undefined : stream,
    remoteAddress: stream.session?.socket.remoteAddress ?? '',
    isGrpc: isGrpc(headers),
    gone: gone.signal,
    respond(status, answer, endsHere) {
      if (stream.destroyed || stream.closed) return undefined;
      // Trailers-only answers of gRPC must end with their head: with an empty body after it, the
      // caller would not read the head as trailers.
      stream.respond(
        { ':status': status, ...answer },
        { endStream: endsHere, waitForTrailers: !endsHere },
      );
      if (endsHere) return undefined;
      stream.once('wantTrailers', () => stream.sendTrailers(trailers));
      return stream;
    },
    finish(received) {
      trailers = received;
      stream.end();
    },
    headSent: () => stream.headersSent,
    reset: (code = constants.NGHTTP2_INTERNAL_ERROR) => stream.close(code),
  };
}

const isGrpc = (headers: IncomingHttpHeaders): boolean =>
  headers['content-type']?.startsWith('application/grpc') === true;

/** A broken connection is handled elsewhere: as `gone`, or as a failed write. */
function ignore(): void {}
