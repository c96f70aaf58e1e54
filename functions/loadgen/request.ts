import http from 'node:http';
import https from 'node:https';
import { type Clock, systemClock, withTimeout } from '../../lib/clock.ts';
import type { Address } from '../../lib/config.ts';
import type { Identity } from '../../lib/identity.ts';
import { formatTimeout, TIMEOUT_HEADER } from '../../lib/request-timeout.ts';
import { PRESSURE_HEADER } from '../../lib/telemetry/names.ts';
import { watchConnection } from '../../lib/telemetry/request-connection.ts';
import { hearPressure } from '../../lib/telemetry/telemetry.ts';

/** A complete answer, of any status. */
export type Answer = Readonly<{ status: number; body: string }>;

/** Why open requests are given up: the reason of the abort signal. */
const STOP_KINDS = ['stopped', 'run_deadline', 'connectivity'] as const;
export type StopKind = (typeof STOP_KINDS)[number];

/** Of low cardinality, for counting and for `error.type`. */
export type FailureKind =
  | 'identity'
  | 'connect'
  | 'timeout'
  | 'reset'
  | 'too_large'
  | 'bad_answer'
  | StopKind
  | `http_${number}`;

/** No complete answer, or none that can be used. */
export class RequestError extends Error {
  readonly kind: FailureKind;
  /** Whether the request had left on a connection. */
  readonly sent: boolean;

  constructor(kind: FailureKind, sent: boolean, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RequestError';
    this.kind = kind;
    this.sent = sent;
  }
}

export type ClientRequests = Readonly<{
  /** One GET, never retried: a hidden retry would hide latency and failures. */
  get(path: string, signal: AbortSignal): Promise<Answer>;
  close(): void;
}>;

/** What ends a request before its answer: its run, or its own time, on the clock. */
type Limits = Readonly<{ signal: AbortSignal; deadline: AbortSignal; deadlineMs: number }>;

const MAX_ANSWER_BYTES = 64 * 1024;
/** Idle connections go before Node's own servers drop them (5 s), which would reset a request. */
const IDLE_SOCKET_MS = 4_000;

/**
 * Requests to client by node:http(s), whose instrumentation makes the client span and sends the
 * trace headers (fetch would do neither). Over https each carries an ID token.
 */
export function createClientRequests(options: {
  address: Address;
  timeoutMs: number;
  /** As many as requests can be in flight in all runs; more would wait here, unseen. */
  maxSockets: number;
  identity?: Identity | undefined;
  clock?: Clock;
}): ClientRequests {
  const { address, timeoutMs, maxSockets, identity, clock = systemClock } = options;
  const { Agent, request } = address.tls ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets, timeout: IDLE_SOCKET_MS });

  const ask = async (path: string, { signal, deadline, deadlineMs }: Limits): Promise<Answer> => {
    const either = AbortSignal.any([signal, deadline]);
    let isSent = () => false;
    const failure = (error: unknown): RequestError => {
      if (error instanceof RequestError) return error;
      const cause = { cause: error };
      const sent = isSent();
      if (signal.aborted) {
        return new RequestError(stopKind(signal), sent, 'given up because the run ended', cause);
      }
      if (deadline.aborted) {
        return new RequestError('timeout', sent, `no answer within ${timeoutMs} ms`, cause);
      }
      const text = `${sent ? 'connection lost' : 'cannot connect'} to ${address.origin}: ${messageOf(error)}`;
      return new RequestError(sent ? 'reset' : 'connect', sent, text, cause);
    };

    const headers: http.OutgoingHttpHeaders = { accept: 'application/json' };
    if (identity) {
      try {
        headers.authorization = `Bearer ${await identity.getIdToken(either)}`;
      } catch (cause) {
        if (either.aborted) throw failure(cause);
        const text = `no ID token for ${address.origin}: ${messageOf(cause)}`;
        throw new RequestError('identity', false, text, { cause });
      }
    }
    // What the token took is gone.
    headers[TIMEOUT_HEADER] = formatTimeout(deadlineMs - clock.nowMs());
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const outgoing = request(`${address.origin}${path}`, { agent, headers, signal: either });
    isSent = watchConnection(outgoing);
    outgoing.on('error', (error) => reject(failure(error)));
    outgoing.on('response', (incoming) => {
      hearPressure(incoming.headers[PRESSURE_HEADER]);
      readBody(incoming).then(
        (body) => {
          const { statusCode: status = 0 } = incoming;
          // A rejected token would be sent until it expires. This request fails anyway.
          if (status === 401) identity?.discardToken();
          resolve({ status, body });
        },
        (error: unknown) => {
          outgoing.destroy();
          reject(failure(error));
        },
      );
    });
    outgoing.end();
    return await promise;
  };

  return {
    async get(path, signal) {
      const deadlineMs = clock.nowMs() + timeoutMs;
      return withTimeout(clock, timeoutMs, (deadline) =>
        ask(path, { signal, deadline, deadlineMs }),
      );
    },
    close: () => agent.destroy(),
  };
}

async function readBody(incoming: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      const text = `the answer is longer than ${MAX_ANSWER_BYTES} bytes`;
      throw new RequestError('too_large', true, text);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function stopKind(signal: AbortSignal): StopKind {
  return STOP_KINDS.find((kind) => kind === signal.reason) ?? 'stopped';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
