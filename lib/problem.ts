import { type IncomingMessage, maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { isSpanContextValid } from '@opentelemetry/api';
import { AppError, ERRORS } from './errors.ts';
import { activeSpanContext } from './telemetry/span.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** Seconds after which another try is worth making after a failure that may pass. */
const RETRY_AFTER_SECONDS = 1;

export type Problem = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Finds the request's spans and log lines, which hold what this body does not say. */
  traceId?: string;
}>;

/**
 * The body of every error over HTTP (RFC 9457). It says what the caller did wrong and what is
 * allowed, and nothing of the inside: the cause is in the log under the trace id. `extension` adds
 * members of the endpoint's own.
 */
export function createProblem<E extends Readonly<Record<string, unknown>>>(
  error: AppError,
  extension?: E,
): Problem & Partial<E> {
  const { http, title } = ERRORS[error.kind];
  const context = activeSpanContext();
  return {
    type: `tag:shakesapp,2026:${error.kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    title,
    status: http,
    detail: error.message,
    ...(context && isSpanContextValid(context) ? { traceId: context.traceId } : {}),
    ...extension,
  } as Problem & Partial<E>;
}

export function retryAfter(error: AppError): string | undefined {
  return ERRORS[error.kind].retryable ? String(RETRY_AFTER_SECONDS) : undefined;
}

/** As node's parser has it; nothing tells it. */
const MOST_HEADERS = 1_000;

/** What node's parser found, where it is not just "not HTTP". */
const MALFORMED: Readonly<Record<string, Readonly<{ status: number; detail: string }>>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    detail: `the headers are too large; allowed: ${maxHeaderSize} bytes in ${MOST_HEADERS} headers`,
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, detail: 'the chunk extensions are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'the request did not arrive in time' },
};

/**
 * For a server's 'clientError': what is not HTTP never becomes a request, so its answer is written
 * to the connection by hand.
 */
export function answerMalformed(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, detail } = MALFORMED[error.code ?? ''] ?? {
    status: 400,
    detail: 'the request is not valid HTTP',
  };
  const title = STATUS_CODES[status] ?? '';
  const body = protocolProblem(status, detail);
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/**
 * HTTP/1.1 obliges a request to name its host. Node refuses one that does not with an empty answer;
 * a server that turns that off (requireHostHeader: false) asks here, and answers with a problem.
 */
export function checkHost({ httpVersion, headers }: IncomingMessage): void {
  if (httpVersion === '1.1' && headers.host === undefined) {
    throw new AppError('invalidArgument', 'the request has no Host header');
  }
}

/**
 * For a server's 'checkExpectation': a request that expects what HTTP does not know. Node's own
 * refusal has no body.
 */
export function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const body = protocolProblem(417, 'the Expect header is not known; allowed: 100-continue');
  response.writeHead(417, {
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    // What is left of the request is not read, so nothing can follow it.
    connection: 'close',
  });
  response.end(body);
}

/** The body for what fails in HTTP itself, before it is a request of ours. */
function protocolProblem(status: number, detail: string): string {
  const refusal = new AppError('invalidArgument', detail);
  const title = STATUS_CODES[status] ?? '';
  return JSON.stringify(createProblem(refusal, status === 400 ? {} : { status, title }));
}
