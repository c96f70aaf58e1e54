import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { TraceExporter } from '@google-cloud/opentelemetry-cloud-trace-exporter';
import { FateUnknown, NotStoredYet } from './sink.ts';

/** A call as the exporter prepares it: BatchWriteSpansRequest and gRPC metadata. */
export type BatchWrite = Readonly<{ request: object; metadata: object }>;

type ServiceError = Error & { code?: number; details?: string };
type Client = {
  BatchWriteSpans(
    request: object,
    metadata: object,
    options: { deadline: number },
    done: (error: ServiceError | null) => void,
  ): { cancel(): void };
  close(): void;
  getChannel(): { internalChannel: { credentials: object; options: object } };
};
type ClientConstructor = new (address: string, credentials: object, options: object) => Client;

/**
 * By default gRPC seeks a lost server again after 1 s, then ever more seldom, up to every 2 minutes:
 * spans would wait for up to 45 s after an outage of one minute. A connection that a NAT dropped is
 * found by a ping, which goes out only with a call, so that no server takes offence at it.
 */
const CHANNEL_OPTIONS = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.dns_min_time_between_resolutions_ms': 1_000,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 0,
  'grpc.service_config_disable_resolution': 1,
  // The queue repeats, and counts what it repeats.
  'grpc.enable_retries': 0,
  // Or a client that is opened again would share the connection that does not answer.
  'grpc.use_local_subchannel_pool': 1,
};

/**
 * The connection to Cloud Trace: one for the life of the process. It is destroyed and opened again
 * where a call ran out of time and nothing has been answered since that call began.
 *
 * The exporter's own client cannot be configured, so its constructor and credentials are taken for
 * one that is. The exporter makes it at the first write, after it has found credentials.
 */
export function createConnection(options: {
  exporter: TraceExporter;
  endpoint: string;
  timeoutMs: number;
}) {
  const { exporter, endpoint, timeoutMs } = options;
  const sockets = trackSockets();
  let construct: (() => Client) | undefined;
  let client: Client | undefined;
  let lastAnswerMs = Number.NEGATIVE_INFINITY;

  async function open(): Promise<Client> {
    construct ??= await learnConstruct(exporter, endpoint);
    client ??= construct();
    return client;
  }

  /** gRPC's close() leaves a connection whose handshake is pending, or that has a call. */
  function disconnect(): void {
    client?.close();
    client = undefined;
    sockets.destroyAll();
  }

  function call(opened: Client, write: BatchWrite, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const startMs = performance.now();
    const giveUp = () => {
      running.cancel();
      if (lastAnswerMs < startMs && client === opened) disconnect();
    };
    const deadline = Date.now() + timeoutMs;
    const running = opened.BatchWriteSpans(write.request, write.metadata, { deadline }, (error) => {
      signal.removeEventListener('abort', giveUp);
      if (signal.aborted) return;
      if (error?.code === CODE.DEADLINE_EXCEEDED) giveUp();
      if (error === null || isAnswer(error)) lastAnswerMs = performance.now();
      if (error === null) resolve();
      else reject(toRejection(error));
    });
    signal.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  return {
    write: (write: BatchWrite, signal: AbortSignal): Promise<void> =>
      sockets.within(async () => {
        let opened: Client;
        try {
          opened = await open();
        } catch (cause) {
          throw new NotStoredYet(`no credentials: ${(cause as Error).message}`, { cause });
        }
        signal.throwIfAborted();
        await call(opened, write, signal);
      }),
    close(): void {
      disconnect();
      sockets.stop();
    },
  };
}

/** Private fields: test/rules/borrowed-internals.test.ts holds them against their packages. */
async function learnConstruct(exporter: TraceExporter, address: string): Promise<() => Client> {
  const inside = exporter as unknown as { _getClient(): Promise<Client> };
  const made = await inside._getClient();
  const { credentials, options } = made.getChannel().internalChannel;
  made.close();
  const Service = made.constructor as ClientConstructor;
  return () => new Service(address, credentials, { ...options, ...CHANNEL_OPTIONS });
}

/** https://grpc.io/docs/guides/status-codes/ */
const CODE = {
  CANCELLED: 1,
  UNKNOWN: 2,
  DEADLINE_EXCEEDED: 4,
  RESOURCE_EXHAUSTED: 8,
  ABORTED: 10,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
} as const;

const PASSING: ReadonlySet<number | undefined> = new Set([
  CODE.CANCELLED,
  CODE.DEADLINE_EXCEEDED,
  CODE.RESOURCE_EXHAUSTED,
  CODE.ABORTED,
  CODE.UNAVAILABLE,
]);

/** The server itself failed, and does not say whether before it had stored the batch or after. */
const FAILED_WITHIN: ReadonlySet<number | undefined> = new Set([
  CODE.UNKNOWN,
  CODE.INTERNAL,
  CODE.DATA_LOSS,
]);

/** gRPC's own words for a call whose connection or stream ended under it. */
const BROKEN =
  /^(Connection dropped|Received RST_STREAM|Stream error|Call cancelled|Write|read E|write E)/;
/** Nothing was sent: no connection, or no token for the call. */
const UNSENT =
  /^(No connection established|Name resolution failed|Stream refused|Getting metadata)/;
/** Other than a quota, this does not pass: the batch would be refused for ever. */
const TOO_LARGE = /larger than max|too large/i;

const isBroken = ({ code, details = '' }: ServiceError) =>
  code === CODE.DEADLINE_EXCEEDED || BROKEN.test(details);

const isAnswer = (error: ServiceError) => !isBroken(error) && !UNSENT.test(error.details ?? '');

function toRejection(error: ServiceError): Error {
  const { code, details = '', message } = error;
  const passes =
    (PASSING.has(code) && !TOO_LARGE.test(details)) || isBroken(error) || UNSENT.test(details);
  if (!passes && FAILED_WITHIN.has(code)) return new FateUnknown(message, { cause: error });
  if (!passes) return error;
  return new NotStoredYet(message, { cause: error, maybeStored: isBroken(error) });
}

/** Finds the connections that are opened for exports, through node's own channel. */
function trackSockets() {
  const active = new AsyncLocalStorage<Set<Socket>>();
  const sockets = new Set<Socket>();
  const onSocket = (message: unknown) => {
    if (active.getStore() !== sockets) return;
    const { socket } = message as { socket: Socket };
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  subscribe('net.client.socket', onSocket);
  return {
    within: <T>(run: () => Promise<T>): Promise<T> => active.run(sockets, run),
    destroyAll: () => {
      for (const socket of sockets) socket.destroy();
    },
    stop: () => void unsubscribe('net.client.socket', onSocket),
  };
}
