import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { decodeResponse, encodeRequest } from '../../../tools/conformance/grpc-wire.ts';
import { newSpanId, type Parent, parentOf, storeSpans } from './example-spans.ts';

export type ClientAnswer = Readonly<{ status: number; type: string; body: unknown }>;

/** A client of few lines, each part of it to be exchanged for a wrong one. */
export type ClientParts = Readonly<{
  query(url: string): string | null;
  answer(query: string, count: bigint): ClientAnswer;
  error(status: number, type: string, traceId: string | undefined): ClientAnswer;
  retryAfter: string | undefined;
  /** The status for a code of gRPC. */
  map(code: number): number;
  /** Whether a count from the server may be one. */
  isCount(count: bigint): boolean;
  refuse(query: string): boolean;
  health: 'answers' | 'asks the server' | 'closes the connection';
  deadlineMs(asked: number | undefined): number | undefined;
  cancels: boolean;
  checksKnown: boolean;
  unknownPath: number;
  parent(headers: Readonly<Record<string, string>>): Parent;
  headers(sent: Readonly<Record<'traceparent' | 'b3', string>>): Readonly<Record<string, string>>;
  kinds: readonly [server: number, client: number];
  store: typeof storeSpans;
}>;

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid-argument',
  404: 'not-found',
  405: 'method-not-allowed',
  500: 'unexpected-result',
  502: 'bad-upstream',
  503: 'unavailable',
  504: 'deadline-exceeded',
};

const problem = (status: number, type: string, traceId: string | undefined): ClientAnswer => ({
  status,
  type: 'application/problem+json',
  body: {
    type: `tag:shakesapp,2026:${type}`,
    title: 'An error',
    status,
    detail: 'It failed.',
    ...(traceId && { traceId }),
  },
});

export const RIGHT_CLIENT: ClientParts = {
  query: (url) => new URL(url, 'http://client').searchParams.get('q'),
  answer: (query, count) => ({
    status: 200,
    type: 'application/json',
    body: { query, matchCount: Number(count), match_count: Number(count) },
  }),
  error: problem,
  retryAfter: '1',
  map: (code) => ({ 1: 503, 3: 400, 4: 504, 8: 503, 14: 503 })[code] ?? 502,
  isCount: (count) => count >= 0n,
  refuse: (query) => query === '' || Buffer.byteLength(query) > 1_024 || /[\n\r\ufffd]/.test(query),
  health: 'answers',
  deadlineMs: (asked) => Math.min(asked ?? Number.POSITIVE_INFINITY, 40_000),
  cancels: true,
  checksKnown: true,
  unknownPath: 404,
  parent: parentOf,
  headers: (sent) => sent,
  kinds: [2, 3],
  store: storeSpans,
};

type Environment = Readonly<Record<string, string>>;

/** Listens on a free port where none is given. */
export async function startExampleClient(
  variables: () => Environment,
  parts: ClientParts,
  port = 0,
): Promise<{
  port: number;
  /** Takes nothing new; resolves when what it has begun is answered. */
  finish(): Promise<void>;
  close(): void;
}> {
  let channel: Client | undefined;
  const connect = () => {
    channel ??= new Client(variables().SERVER_ADDR ?? '', credentials.createInsecure(), {
      'grpc.enable_retries': 0,
    });
    return channel;
  };
  const ask = (
    path: string,
    bytes: Buffer,
    options: {
      headers?: Readonly<Record<string, string>>;
      deadlineMs?: number;
      gone?: AbortSignal;
    },
  ) =>
    new Promise<bigint>((resolve, reject) => {
      const metadata = new Metadata();
      for (const [name, value] of Object.entries(options.headers ?? {})) metadata.set(name, value);
      const call = connect().makeUnaryRequest(
        path,
        (request: Buffer) => request,
        (response: Buffer) => response,
        bytes,
        metadata,
        options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs },
        (error, response) =>
          error ? reject(error) : resolve(BigInt(decodeResponse(response ?? Buffer.alloc(0)))),
      );
      options.gone?.addEventListener('abort', () => call.cancel());
    });
  const isServing = () => ask('/grpc.health.v1.Health/Check', Buffer.alloc(0), {});

  const count = async (request: IncomingMessage, gone: AbortSignal): Promise<ClientAnswer> => {
    const asked = parts.query(request.url ?? '/');
    const known: Record<string, number> = JSON.parse(variables().KNOWN_QUERIES ?? '{}');
    const query = asked ?? Object.keys(known)[0] ?? '';
    const parent = parts.parent(request.headers as Record<string, string>);
    const startMs = performance.timeOrigin + performance.now();
    const [server, client] = [newSpanId(), newSpanId()];
    const flag = parent.sampled ? 1 : 0;
    const headers = parts.headers({
      traceparent: `00-${parent.traceId}-${client}-0${flag}`,
      b3: `${parent.traceId}-${client}-${flag}`,
    });
    const limit = Number(request.headers['shakesapp-timeout-ms']) || undefined;
    const deadlineMs = parts.deadlineMs(limit);
    const fail = (status: number, type = TYPES[status] ?? 'internal') =>
      parts.error(status, type, parent.traceId);
    try {
      if (parts.refuse(query)) return fail(400);
      const path = '/shakesapp.ShakespeareService/GetMatchCount';
      const found = await ask(path, encodeRequest(query), {
        headers,
        ...(deadlineMs !== undefined && { deadlineMs }),
        ...(parts.cancels && { gone }),
      });
      if (!parts.isCount(found)) return fail(502);
      const isWrong = asked === null && parts.checksKnown && found !== BigInt(known[query] ?? 0);
      return isWrong ? fail(500) : parts.answer(query, found);
    } catch (error) {
      const { code } = error as { code: number };
      const status = parts.map(code);
      return code === 9 ? fail(status, 'failed-precondition') : fail(status);
    } finally {
      const [serverKind, clientKind] = parts.kinds;
      await parts
        .store(variables(), 'client', [
          { parent, kind: serverKind, startMs, spanId: server },
          { parent: { ...parent, spanId: server }, kind: clientKind, startMs, spanId: client },
        ])
        .catch(() => {}); // the last ones come when the test is over
    }
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const path = new URL(request.url ?? '/', 'http://client').pathname;
    const text = (status: number): ClientAnswer => ({ status, type: 'text/plain', body: 'ok' });
    const result = async (): Promise<ClientAnswer> => {
      const isHealth = path === '/health';
      if (isHealth && parts.health === 'closes the connection') throw new Error('not healthy');
      if (path === '/ready' || (isHealth && parts.health === 'asks the server')) {
        return text((await isServing()) === 1n ? 200 : 503);
      }
      if (isHealth || path === '/_healthz') return text(200);
      if (path !== '/')
        return parts.error(parts.unknownPath, TYPES[parts.unknownPath] ?? '', undefined);
      if (request.method === 'GET' || request.method === 'HEAD') return count(request, gone.signal);
      response.setHeader('allow', 'GET, HEAD');
      return parts.error(405, 'method-not-allowed', undefined);
    };
    const { status, type, body } = await result();
    const isRepeated = status > 500 && !JSON.stringify(body).includes('failed-precondition');
    if (isRepeated && parts.retryAfter) response.setHeader('retry-after', parts.retryAfter);
    response.writeHead(status, { 'content-type': type });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    finish: () => new Promise((resolve) => server.close(() => resolve())),
    close() {
      channel?.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
