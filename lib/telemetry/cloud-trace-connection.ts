import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { TraceExporter } from '@google-cloud/opentelemetry-cloud-trace-exporter';
import {
  isAnswer,
  isTimeout,
  isUnauthenticated,
  type ServiceError,
  toRejection,
} from './cloud-trace-status.ts';
import { NotStoredYet } from './sink.ts';

/** BatchWriteSpansRequest, encoded, and gRPC metadata as the exporter prepares it. */
export type BatchWrite = Readonly<{ request: Buffer; metadata: object }>;

type Method = Readonly<{ path: string; responseDeserialize: (bytes: Buffer) => object }>;
type Client = {
  makeUnaryRequest(
    path: string,
    serialize: (request: Buffer) => Buffer,
    deserialize: Method['responseDeserialize'],
    request: Buffer,
    metadata: object,
    options: { deadline: number },
    done: (error: ServiceError | null) => void,
  ): { cancel(): void };
  close(): void;
  getChannel(): { internalChannel: { credentials: object; options: object } };
};
type ClientConstructor = {
  new (address: string, credentials: object, options: object): Client;
  readonly service: Readonly<{ BatchWriteSpans: Method }>;
};

/**
 * By default gRPC connects again after 1 s, then less and less often, up to every 2 minutes: spans
 * would wait for up to 45 s after an outage of one minute. A ping finds a connection that a NAT
 * dropped. It goes out only with a call: servers close a connection with too many pings.
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
 * one that is. The exporter makes its client at the first write, after it has found credentials.
 */
export function createConnection(options: {
  /** Each one finds credentials and fetches a token for itself. */
  createExporter: () => TraceExporter;
  endpoint: string;
  timeoutMs: number;
}) {
  const { createExporter, endpoint, timeoutMs } = options;
  const sockets = trackSockets();
  let learned: Learned | undefined;
  let client: Client | undefined;
  let lastAnswerMs = Number.NEGATIVE_INFINITY;

  async function open(): Promise<Opened> {
    learned ??= await learn(createExporter(), endpoint);
    client ??= learned.construct();
    return { client, method: learned.method };
  }

  /** gRPC's close() leaves a connection whose handshake is pending, or that has a call. */
  function disconnect(): void {
    client?.close();
    client = undefined;
    sockets.destroyAll();
  }

  /** The library keeps a token until it expires, also one that was rejected. */
  function discardToken(): void {
    client?.close();
    client = undefined;
    learned = undefined;
  }

  function call(opened: Opened, write: BatchWrite, signal: AbortSignal): Promise<void> {
    const { path, responseDeserialize } = opened.method;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const startMs = performance.now();
    const giveUp = () => {
      running.cancel();
      if (lastAnswerMs < startMs && client === opened.client) disconnect();
    };
    const deadline = Date.now() + timeoutMs;
    const done = (error: ServiceError | null) => {
      signal.removeEventListener('abort', giveUp);
      if (signal.aborted) return;
      if (error !== null && isTimeout(error)) giveUp();
      if (error !== null && isUnauthenticated(error) && client === opened.client) discardToken();
      if (error === null || isAnswer(error)) lastAnswerMs = performance.now();
      if (error === null) resolve();
      else reject(toRejection(error));
    };
    const { request, metadata } = write;
    const running = opened.client.makeUnaryRequest(
      path,
      asItIs,
      responseDeserialize,
      request,
      metadata,
      { deadline },
      done,
    );
    signal.addEventListener('abort', giveUp, { once: true });
    return promise;
  }

  return {
    write: (write: BatchWrite, signal: AbortSignal): Promise<void> =>
      sockets.within(async () => {
        let opened: Opened;
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

type Learned = Readonly<{ construct: () => Client; method: Method }>;
type Opened = Readonly<{ client: Client; method: Method }>;

/** The request is encoded once, however often it is sent. */
const asItIs = (request: Buffer) => request;

/** Private fields: test/rules/borrowed-internals.test.ts holds them against their packages. */
async function learn(exporter: TraceExporter, address: string): Promise<Learned> {
  const inside = exporter as unknown as { _getClient(): Promise<Client> };
  const made = await inside._getClient();
  const { credentials, options } = made.getChannel().internalChannel;
  made.close();
  const Service = made.constructor as ClientConstructor;
  return {
    construct: () => new Service(address, credentials, { ...options, ...CHANNEL_OPTIONS }),
    method: Service.service.BatchWriteSpans,
  };
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
