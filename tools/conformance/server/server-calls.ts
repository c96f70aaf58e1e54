import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { renderReplacement } from '../../local/platforms/replacement.ts';
import { GoneError } from '../check.ts';
import { decodeResponse, encodeRequest } from '../grpc-wire.ts';
import { listens } from '../listening.ts';

export type Answer = Readonly<{
  code: number;
  details: string;
  /** Of an answer that is OK: the count, or what the bytes are in its place. */
  count: bigint | string | undefined;
}>;

export type CallOptions = Readonly<{
  headers?: Readonly<Record<string, string | Buffer>>;
  deadlineMs?: number;
  /** Cancels the call. */
  cancel?: AbortSignal;
}>;

/** A call whose headers are sent, and whose message is not. */
export type HeldCall = Readonly<{ send(): void; answer: Promise<Answer> }>;

export type ServerCalls = Readonly<{
  at: Readonly<{ host: string; port: number }>;
  /** The deadline of a call where it names none. */
  deadlineMs: number;
  count(query: string | Buffer, options?: CallOptions): Promise<Answer>;
  hold(query: string, options?: Pick<CallOptions, 'headers'>): HeldCall;
  /** Check of the empty name: 1 is SERVING. */
  health(headers?: Readonly<Record<string, string>>): Promise<Answer>;
  close(): void;
}>;

const CODE_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(status).flatMap(([name, code]) =>
    typeof code === 'number' ? [[code, name]] : [],
  ),
);

export const inServer = (says: string) => ({ section: 'server', says });

export const nameOfCode = (code: number): string =>
  `${CODE_NAMES[code] ?? 'unknown code'} (${code})`;

export const SERVING = 1n;
const GONE_AFTER_MS = 200;

/** As the platforms' probes and `client` call it: plain text, one connection, no retries. */
export function createServerCalls(
  at: Readonly<{ host: string; port: number }>,
  deadlineMs: number,
  signal?: AbortSignal,
): ServerCalls {
  const address = renderReplacement(at);
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
  });
  const call = (path: string, request: Buffer, options: CallOptions) =>
    new Promise<Answer>((resolve) => {
      const pending = client.makeUnaryRequest(
        path,
        asItIs,
        asItIs,
        request,
        metadataOf(options.headers),
        { deadline: Date.now() + (options.deadlineMs ?? deadlineMs) },
        (error, bytes) => {
          for (const each of ends) each.removeEventListener('abort', cancel);
          resolve(answerOf(error, bytes));
        },
      );
      const cancel = () => pending.cancel();
      const ends = [signal, options.cancel].filter((each) => each !== undefined);
      for (const each of ends) each.addEventListener('abort', cancel);
      if (ends.some(({ aborted }) => aborted)) cancel();
    });
  // Whoever ends closes its port a moment after the call.
  const isThere = async () => {
    await sleep(GONE_AFTER_MS);
    return listens(at);
  };
  const health: ServerCalls['health'] = (headers = {}) =>
    call('/grpc.health.v1.Health/Check', Buffer.alloc(0), { headers });
  return {
    at,
    deadlineMs,
    health,
    hold(query, { headers } = {}) {
      const { promise: answer, resolve } = Promise.withResolvers<Answer>();
      // On the wire it is the unary call: headers, one message, the end.
      const pending = client.makeClientStreamRequest(
        COUNT,
        asItIs,
        asItIs,
        metadataOf(headers),
        { deadline: Date.now() + deadlineMs },
        (error, bytes) => resolve(answerOf(error, bytes)),
      );
      return { send: () => pending.end(encodeRequest(query)), answer };
    },
    async count(query, options = {}) {
      const answer = await call(COUNT, encodeRequest(query), options);
      if (answer.code === status.UNIMPLEMENTED) {
        const reason = `it does not serve ${COUNT.slice(1)}`;
        const fix =
          'register the service of proto/shakesapp.proto, with this package and these names';
        throw new GoneError(describeAnswer(answer), { fix, reason, rule: METHOD });
      }
      // Its own answer, or the end of its process?
      if (answer.code === status.UNAVAILABLE && !(await isThere())) {
        const came = `the call failed (${answer.details}), and nothing listens on ${address} after it`;
        throw new GoneError(came);
      }
      return answer;
    },
    close: () => client.close(),
  };
}

const COUNT = '/shakesapp.ShakespeareService/GetMatchCount';
const METHOD = inServer(
  '`shakesapp.ShakespeareService/GetMatchCount` takes a `query` and answers `match_count`, an int64',
);
const asItIs = (bytes: Buffer) => bytes;

function metadataOf(headers: CallOptions['headers'] = {}): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}

const answerOf = (error: ServiceError | null, bytes: Buffer = Buffer.alloc(0)): Answer =>
  error
    ? { code: error.code, details: error.details, count: undefined }
    : { code: 0, details: '', count: decode(bytes) };

function decode(bytes: Buffer): bigint | string {
  try {
    return decodeResponse(bytes);
  } catch (error) {
    return (error as Error).message;
  }
}

/** For people. */
export const describeAnswer = ({ code, details, count }: Answer): string =>
  code === 0
    ? `OK with ${count}`
    : `${nameOfCode(code)}${details ? `: ${details.slice(0, 200)}` : ''}`;
