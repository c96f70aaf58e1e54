import { TraceExporter } from '@google-cloud/opentelemetry-cloud-trace-exporter';
import { INVALID_SPAN_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { createConnection } from './cloud-trace-connection.ts';
import { createBatchEncoder, type Labels } from './cloud-trace-encoding.ts';
import type { SpanSink } from './sink.ts';

/**
 * Cloud Trace v2 through Google's own exporter, which Google archived after 30 October 2026: it finds
 * credentials, and says how a batch looks. OTEL_TRACES_EXPORTER=otlp is the way off it.
 */
export function createCloudTraceSink(options: {
  project: string;
  endpoint: string;
  timeoutMs: number;
}): SpanSink {
  const { project, endpoint, timeoutMs } = options;
  const createExporter = () =>
    new TraceExporter({
      // Given here, the project is not looked up: one failed lookup would silence it for good.
      projectId: project,
      apiEndpoint: endpoint,
      // Without this only g.co/r/* arrives, which says nothing of version, revision or pod.
      resourceFilter: /^(service|cloud|faas|k8s|shakesapp)\./,
      stringifyArrayAttributes: true,
    });
  const exporter = createExporter();
  const connection = createConnection({ createExporter, endpoint, timeoutMs });
  const encoder = createBatchEncoder(project);
  const frames = new WeakMap<Resource, Promise<Frame>>();

  function frameOf(resource: Resource): Promise<Frame> {
    const known = frames.get(resource);
    if (known) return known;
    const made = convert(exporter, resource).then(({ request: { spans }, metadata }) => {
      const labels = encoder.encodeLabels(spans[0]?.attributes.attributeMap ?? {});
      return { labels, metadata };
    });
    frames.set(resource, made);
    made.catch(() => frames.delete(resource));
    return made;
  }

  return {
    name: 'gcp_trace',
    pack: encoder.pack,
    async write(spans, signal, resource) {
      const { metadata, labels } = await frameOf(resource);
      const request = encoder.encode(spans, labels);
      await connection.write({ request, metadata }, signal);
      free(request);
      // v2 stores all of a batch or nothing: its answer is empty.
      return { rejected: 0 };
    },
    async close() {
      connection.close();
    },
  };
}

/**
 * Gives the memory of a stored batch back now. It counts for V8, which would collect everything more
 * often to get at it.
 */
function free({ buffer, byteLength }: Buffer): void {
  // A short one shares its memory with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** What is the same for all spans of a resource, as the exporter converts it. */
type Frame = Readonly<{
  /** The labels of the resource and of the exporter, encoded. */
  labels: Buffer;
  metadata: object;
}>;

/** A call as the exporter makes it. */
type Call = Readonly<{
  request: { spans: readonly { attributes: { attributeMap: Labels } }[] };
  metadata: object;
}>;

/**
 * The call that the exporter would make for a span of this resource that has nothing else. Its labels
 * are those that each span of the resource gets, and it would find them out again for each.
 *
 * It is given a client that takes the call and sends nothing: its own call has no deadline and cannot
 * be cancelled.
 */
function convert(exporter: TraceExporter, resource: Resource): Promise<Call> {
  const { promise, resolve, reject } = Promise.withResolvers<Call>();
  const taking = {
    BatchWriteSpans(request: Call['request'], metadata: object, done: (error: null) => void) {
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
  converter.export([{ ...BLANK, resource }], done).catch(reject);
  return promise;
}

const BLANK: Omit<ReadableSpan, 'resource'> = {
  name: '',
  kind: SpanKind.INTERNAL,
  spanContext: () => INVALID_SPAN_CONTEXT,
  startTime: [0, 0],
  endTime: [0, 0],
  duration: [0, 0],
  status: { code: SpanStatusCode.UNSET },
  attributes: {},
  links: [],
  events: [],
  ended: true,
  instrumentationScope: { name: '' },
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
};
