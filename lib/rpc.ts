import { fileURLToPath } from 'node:url';
import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { service as healthService } from 'grpc-health-check';
import type { Address } from './config.ts';
import { AppError, type ErrorKind, kindOfGrpcStatus } from './errors.ts';
import type { Identity } from './identity.ts';

export type MatchCountRequest = Readonly<{ query: string }>;
/** `match_count` is an int64: a decimal string here, because a number would round it. */
export type MatchCountResponse = Readonly<{ match_count: string }>;

/** The parsed proto: what reflection shows. */
export const protoPackage = loadSync(
  fileURLToPath(new URL('../proto/shakesapp.proto', import.meta.url)),
  { keepCase: true, longs: String, defaults: true },
);

export const SERVICE_NAME = 'shakesapp.ShakespeareService';

export const shakespeareService = protoPackage[SERVICE_NAME] as unknown as ServiceDefinition & {
  GetMatchCount: MethodDefinition<MatchCountRequest, MatchCountResponse>;
};

const healthCheck = (
  healthService as unknown as {
    Check: MethodDefinition<{ service: string }, { status: string }>;
  }
).Check;

export type ShakespeareClient = Readonly<{
  /** Lines that contain the query. Throws AppError; never an approximate count. */
  getMatchCount(query: string, options?: { signal?: AbortSignal }): Promise<bigint>;
  /** Resolves when the server says SERVING; throws AppError otherwise. */
  checkHealth(options?: { signal?: AbortSignal }): Promise<void>;
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
  /** For the whole call, retries included. */
  deadlineMs: number;
}): ShakespeareClient {
  const { address, identity, deadlineMs } = options;
  // `dns:///` hands every address of a headless Service to round_robin; a bare name would do too,
  // but only by grpc-js's default, and IP literals pass through it unchanged.
  const client = new Client(
    `dns:///${address.host}:${address.port}`,
    channelCredentials(address, identity),
    CHANNEL_OPTIONS,
  );

  function call<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled(signal));
      const onAbort = () => pending.cancel();
      const pending = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        new Metadata(),
        { deadline: Date.now() + deadlineMs },
        (error, response) => {
          signal?.removeEventListener('abort', onAbort);
          if (error) reject(toAppError(error));
          else if (response === undefined) reject(new AppError('badUpstream', BAD_ANSWER));
          else resolve(response);
        },
      );
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  return {
    async getMatchCount(query, { signal } = {}) {
      const response = await call(shakespeareService.GetMatchCount, { query }, signal);
      return BigInt(response.match_count);
    },
    async checkHealth({ signal } = {}) {
      // The empty name asks for the server as a whole, which every implementation knows.
      const { status } = await call(healthCheck, { service: '' }, signal);
      if (status !== 'SERVING') {
        throw new AppError('unavailable', MESSAGES.unavailable, {
          cause: new Error(`the server's health is ${status}, expected SERVING`),
        });
      }
    },
    close: () => client.close(),
  };
}

const CHANNEL_OPTIONS = {
  // Finds out that a peer has gone before a request has to: an idle connection through a NAT or
  // front end is dropped without a word. A server that objects ("too_many_pings") slows it down.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
  // By default a lost server is sought again after 1 s, later only every 2 minutes. The attempts
  // below would all be over before the first, and a request long after would still be refused.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
  // No TXT lookup for a service config: ours is below, and nobody else's shall replace it.
  'grpc.service_config_disable_resolution': 1,
  'grpc.service_config': JSON.stringify({
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [
      {
        name: [{ service: SERVICE_NAME }],
        // Counting changes nothing, so a repeat is safe. Within the call's one deadline.
        retryPolicy: {
          maxAttempts: 4,
          initialBackoff: '0.2s',
          maxBackoff: '1s',
          backoffMultiplier: 2,
          retryableStatusCodes: ['UNAVAILABLE'],
        },
      },
    ],
  }),
};

function channelCredentials(address: Address, identity: Identity | undefined): ChannelCredentials {
  if (!address.tls) return credentials.createInsecure();
  const tls = credentials.createSsl();
  if (!identity) return tls;
  return credentials.combineChannelCredentials(
    tls,
    credentials.createFromMetadataGenerator((_params, callback) => {
      identity.getIdToken().then(
        (token) => {
          const metadata = new Metadata();
          metadata.set('authorization', `Bearer ${token}`);
          callback(null, metadata);
        },
        (error: Error) => {
          // Without a code it would count as UNKNOWN. Its text ends up in the log, not on the wire.
          const message = `${error.message}: ${error.cause}`;
          callback(Object.assign(new Error(message), { code: status.UNAVAILABLE }));
        },
      );
    }),
  );
}

const BAD_ANSWER = 'the server gave an answer that cannot be used';

/** Ours, not the server's: what a server says about itself is for the log. */
const MESSAGES = {
  cancelled: 'the caller went away',
  failedPrecondition: 'the server found no works to search',
  unavailable: 'the server is unavailable for the moment',
  deadlineExceeded: 'the server did not answer in time',
} as const satisfies Partial<Record<ErrorKind, string>>;

function toAppError(error: ServiceError): AppError {
  const kind = kindOfGrpcStatus(error.code);
  // What is wrong with the query is for the caller: it says what is allowed.
  const own: Partial<Record<ErrorKind, string>> = MESSAGES;
  const message = kind === 'invalidArgument' ? error.details : (own[kind] ?? BAD_ANSWER);
  return new AppError(kind, message, { cause: error });
}

function cancelled(signal: AbortSignal): AppError {
  return new AppError('cancelled', MESSAGES.cancelled, { cause: signal.reason });
}
