import { TraceExporter } from '@google-cloud/opentelemetry-cloud-trace-exporter';
import type { Attributes, AttributeValue } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { type BatchWrite, createConnection } from './cloud-trace-connection.ts';
import type { SpanSink } from './sink.ts';

/**
 * Cloud Trace v2 through Google's own exporter, which Google archived after 30 October 2026: it finds
 * credentials and converts spans. OTEL_TRACES_EXPORTER=otlp is the way off it.
 */
export function createCloudTraceSink(options: {
  project: string;
  endpoint: string;
  timeoutMs: number;
}): SpanSink {
  const { project, endpoint, timeoutMs } = options;
  const exporter = new TraceExporter({
    // Given here, the project is not looked up: one failed lookup would silence it for good.
    projectId: project,
    apiEndpoint: endpoint,
    // Without this only g.co/r/* arrives, which says nothing of version, revision or pod.
    resourceFilter: /^(service|cloud|faas|k8s|shakesapp)\./,
    stringifyArrayAttributes: true,
  });
  const connection = createConnection({ exporter, endpoint, timeoutMs });
  return {
    name: 'gcp_trace',
    async write(spans, signal) {
      const call = await convert(exporter, spans.map(withConsoleAttributes));
      await connection.write(call, signal);
      // v2 stores all of a batch or nothing: its answer is empty.
      return { rejected: 0 };
    },
    async close() {
      connection.close();
    },
  };
}

/**
 * The call that the exporter would make for these spans. It is given a client that takes the call and
 * sends nothing: its own call has no deadline and cannot be cancelled.
 */
function convert(exporter: TraceExporter, spans: ReadableSpan[]): Promise<BatchWrite> {
  const { promise, resolve, reject } = Promise.withResolvers<BatchWrite>();
  const taking = {
    BatchWriteSpans(request: object, metadata: object, done: (error: null) => void) {
      resolve({ request, metadata });
      done(null);
    },
  };
  const converter: TraceExporter = Object.create(exporter, {
    _traceServiceClient: { value: taking, writable: true },
  });
  const done = ({ code, error }: ExportResult) => {
    if (code !== ExportResultCode.SUCCESS)
      reject(error ?? new Error('the exporter gave no reason'));
  };
  converter.export(spans, done).catch(reject);
  return promise;
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
