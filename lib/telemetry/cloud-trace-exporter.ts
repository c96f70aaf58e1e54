import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TraceExporter } from '@google-cloud/opentelemetry-cloud-trace-exporter';
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { SpanSink } from './exporter.ts';

/**
 * Cloud Trace v2 through Google's own exporter: the only file that knows that package, which Google
 * archived after 30 October 2026. OTEL_TRACES_EXPORTER=otlp is the way off it.
 */
export function createCloudTraceSink(options: { project: string; endpoint: string }): SpanSink {
  const create = () =>
    new TraceExporter({
      // Given here, the project is not looked up: one failed lookup would silence it for good.
      projectId: options.project,
      apiEndpoint: options.endpoint,
      // Without this only g.co/r/* arrives, which says nothing of version, revision or pod.
      resourceFilter: /^(service|cloud|faas|k8s|shakesapp)\./,
      stringifyArrayAttributes: true,
    });
  const connections = trackConnections();
  let exporter = create();
  return {
    name: 'gcp_trace',
    async write(spans, signal) {
      const prepared = spans.map(withConsoleAttributes);
      signal.addEventListener('abort', () => {
        // A connection that does not answer may never do again: the next batch opens a new one.
        disconnect(exporter);
        connections.destroyAll();
        exporter = create();
      });
      for (let attempt = 1; ; attempt++) {
        const error = await connections.within(() => exportOnce(exporter, prepared));
        // v2 stores all of a batch or nothing: its answer is empty.
        if (error === undefined) return { rejected: 0 };
        if (attempt === MAX_ATTEMPTS || !isUnavailable(error)) throw error;
        await delay(FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random()), undefined, {
          signal,
        });
      }
    },
    async close() {
      disconnect(exporter);
      connections.stop();
    },
  };
}

/** The package's own shutdown() does nothing, and nothing else of it closes the connection. */
function disconnect(exporter: TraceExporter): void {
  const { _traceServiceClient: client } = exporter as unknown as {
    _traceServiceClient?: { close(): void };
  };
  client?.close();
}

/**
 * Finds the connections that are opened for exports, through node's own channel. gRPC's close()
 * leaves a connection whose handshake is pending, or that has a call, and the package's call has no
 * deadline: an endpoint that accepts and stays silent would keep one more with each batch.
 */
function trackConnections() {
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

const MAX_ATTEMPTS = 3;
const FIRST_DELAY_MS = 100;

function exportOnce(exporter: TraceExporter, spans: ReadableSpan[]): Promise<Error | undefined> {
  return new Promise((resolve, reject) => {
    const done = (result: ExportResult) =>
      resolve(
        result.code === ExportResultCode.SUCCESS
          ? undefined
          : (result.error ?? new Error('the exporter gave no reason')),
      );
    exporter.export(spans, done).catch(reject);
  });
}

/**
 * gRPC's UNAVAILABLE: no answer came, or one that asks to come back. The write may have been stored
 * anyway, and the retry then stores a copy: readers drop copies by span id.
 */
function isUnavailable(error: Error): boolean {
  return 'code' in error && error.code === 14;
}

/**
 * The instrumentation writes the stable HTTP conventions only, while the exporter fills the labels
 * that the console filters by (/http/method, /http/url, ...) from the old names only. So the old
 * names are added on the way out, and no other exporter sees them twice.
 */
const OLD_NAMES: Readonly<Record<string, string>> = {
  'http.request.method': 'http.method',
  'url.full': 'http.url',
  'url.scheme': 'http.scheme',
  'server.address': 'http.host',
  'http.response.status_code': 'http.status_code',
  'http.route': 'http.route',
  'user_agent.original': 'http.user_agent',
  'http.request.body.size': 'http.request_content_length',
  'http.response.body.size': 'http.response_content_length',
};

function withConsoleAttributes(span: ReadableSpan): ReadableSpan {
  if (span.attributes['http.request.method'] === undefined) return span;
  const attributes: Attributes = { ...span.attributes };
  for (const [name, old] of Object.entries(OLD_NAMES)) {
    const value = span.attributes[name];
    if (value !== undefined) attributes[old] = value;
  }
  attributes['http.url'] ??= serverUrl(span.attributes);
  return derive(span, { attributes });
}

/** Server spans carry the URL in parts. */
function serverUrl(attributes: Attributes): AttributeValue | undefined {
  const { 'url.scheme': scheme, 'server.address': host, 'server.port': port } = attributes;
  const { 'url.path': path, 'url.query': query } = attributes;
  if (!scheme || !host || !path) return undefined;
  return `${scheme}://${host}${port ? `:${port}` : ''}${path}${query ? `?${query}` : ''}`;
}

/** The same span with some fields replaced: spans are never changed after their end. */
function derive(span: ReadableSpan, fields: Partial<ReadableSpan>): ReadableSpan {
  return Object.assign(Object.create(span), fields);
}
