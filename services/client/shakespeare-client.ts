import { Client, type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import type { Address } from '../../lib/config.ts';
import { AppError, type ErrorKind, kindOfGrpcStatus } from '../../lib/errors.ts';
import type { Identity } from '../../lib/identity.ts';
import { type MatchCountResponse, SERVICE_NAME, shakespeareService } from '../../lib/rpc.ts';
import { PRESSURE_HEADER } from '../../lib/telemetry/names.ts';
import { hearPressure } from '../../lib/telemetry/telemetry.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import { type ConnectionTimes, channelCredentials, channelOptions } from './channel.ts';

const healthCheck = (
  healthService as unknown as {
    Check: MethodDefinition<{ service: string }, { status: string }>;
  }
).Check;

export type CallOptions = Readonly<{
  /** The caller has gone: the call is cancelled, at the server too. */
  signal?: AbortSignal | undefined;
  /** How long the caller waits, where it says so; never longer than the client's own deadline. */
  timeoutMs?: number | undefined;
}>;

type Terms = Readonly<{
  deadline: number;
  signal: AbortSignal | undefined;
  attempts: Attempts;
}>;

export type ShakespeareClient = Readonly<{
  /** Lines that contain the query. Throws AppError; never an approximate count. */
  getMatchCount(query: string, options?: CallOptions): Promise<bigint>;
  /** Resolves when the server says SERVING; throws AppError otherwise. */
  checkHealth(options?: CallOptions): Promise<void>;
  close(): void;
}>;

/**
 * A client on one channel that every call shares. Plain text or TLS as the address says; with TLS
 * each call carries an ID token, which an insecure channel would send in the clear.
 *
 * Calls go through `Client.prototype.makeUnaryRequest`: instrumentation patches that prototype in
 * place, so that spans do not depend on which copy of the module's exports an import froze.
 */
export function createShakespeareClient(options: {
  address: Address;
  identity?: Identity;
  /** For one call, retries included. */
  deadlineMs: number;
  connection?: Partial<ConnectionTimes>;
}): ShakespeareClient {
  const { address, identity, deadlineMs } = options;
  // `dns:///` hands every address of a headless Service to round_robin; a bare name would do too,
  // but only by grpc-js's default, and IP literals pass through it unchanged.
  const client = new Client(
    `dns:///${address.host}:${address.port}`,
    channelCredentials(address, identity),
    channelOptions(SERVICE_NAME, options.connection),
  );

  function call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    { signal, timeoutMs = deadlineMs }: CallOptions,
  ): Promise<Response> {
    const startMs = Date.now();
    const deadline = startMs + Math.min(deadlineMs, timeoutMs);
    const terms = { deadline, signal, attempts: createAttempts() };
    const first = send(method, request, terms);
    if (!identity) return first;
    return first.catch((error) => {
      const isRejected = hasStatus(error, status.UNAUTHENTICATED) && identity.discardToken(startMs);
      if (!isRejected) throw error;
      return send(method, request, terms);
    });
  }

  function send<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    { deadline, signal, attempts }: Terms,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled(signal));
      const onAbort = () => pending.cancel();
      const { metadata, credentials } = attempts.next();
      const pending = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        credentials ? { deadline, credentials } : { deadline },
        (error, response) => {
          signal?.removeEventListener('abort', onAbort);
          if (error) reject(toAppError(error, signal));
          else if (response === undefined) reject(new AppError('badUpstream', BAD_ANSWER));
          else resolve(response);
        },
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      pending.on('metadata', attempts.hear);
      pending.on('status', ({ metadata }) => {
        attempts.hear(metadata);
        hearPressure(metadata.get(PRESSURE_HEADER)[0]);
      });
    });
  }

  return {
    getMatchCount: (query, options = {}) =>
      call(shakespeareService.GetMatchCount, { query }, options).then(countOf),
    async checkHealth(options = {}) {
      // The empty name stands for the complete server, and every implementation knows it.
      const { status } = await call(healthCheck, { service: '' }, options);
      if (status !== 'SERVING') {
        throw new AppError('unavailable', MESSAGES.unavailable, {
          cause: new Error(`the server's health is ${status}, expected SERVING`),
        });
      }
    },
    close: () => client.close(),
  };
}

function countOf(response: MatchCountResponse): bigint {
  return BigInt(response.match_count);
}

const BAD_ANSWER = 'the server returned an unusable answer';

/** Ours, not the server's: what a server says about itself is for the log. */
const MESSAGES = {
  cancelled: 'the caller closed the connection',
  // The query has passed this side's own check, so this says that the two sides differ.
  invalidArgument: 'the server does not accept this query',
  failedPrecondition: 'the server cannot search its works',
  unavailable: 'the server is temporarily unavailable',
  deadlineExceeded: 'the server did not answer in time',
} as const satisfies Partial<Record<ErrorKind, string>>;

function toAppError(error: ServiceError, signal: AbortSignal | undefined): AppError {
  if (error.code === status.CANCELLED && signal?.aborted) return cancelled(signal);
  const kind = kindOfGrpcStatus(error.code);
  const own: Partial<Record<ErrorKind, string>> = MESSAGES;
  return new AppError(kind, own[kind] ?? BAD_ANSWER, { cause: error });
}

/** Whether a call ended with this status of gRPC, which toAppError keeps as the cause. */
function hasStatus(error: unknown, code: number): boolean {
  const cause = error instanceof AppError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === code;
}

function cancelled(signal: AbortSignal): AppError {
  return new AppError('cancelled', MESSAGES.cancelled, { cause: signal.reason });
}
