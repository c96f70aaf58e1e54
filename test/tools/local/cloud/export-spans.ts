/**
 * A program for trace-write.test.ts: writes one small trace with the real exporter and prints what
 * the exporter said. A separate process, because grpc-js reads the certificate authority's path
 * when it is loaded.
 */

import { TraceExporter } from '@google-cloud/opentelemetry-cloud-trace-exporter';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const { endpoint, name } = JSON.parse(process.argv[2] ?? '{}');
const memory = new InMemorySpanExporter();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'loadgen',
    'service.instance.id': 'one',
    'cloud.platform': 'gcp_cloud_run',
    'cloud.region': 'us-central1',
  }),
  spanProcessors: [new SimpleSpanProcessor(memory)],
});
const tracer = provider.getTracer('test');
const root = tracer.startSpan(name, { kind: SpanKind.CLIENT }, ROOT_CONTEXT);
root.setAttributes({ 'shakesapp.query': 'world', count: 52, cached: true, 'http.method': 'GET' });
root.addEvent('request_start', { attempt: 1 });
const child = tracer.startSpan(
  'child',
  { kind: SpanKind.SERVER, links: [{ context: root.spanContext() }] },
  trace.setSpan(ROOT_CONTEXT, root),
);
child.setStatus({ code: SpanStatusCode.ERROR, message: 'it failed' });
child.end();
root.end();

const exporter = new TraceExporter({ apiEndpoint: endpoint, resourceFilter: /^service\./ });
exporter.export(memory.getFinishedSpans(), ({ code, error }) => {
  process.stdout.write(
    JSON.stringify({ code, error: error?.message, traceId: root.spanContext().traceId }),
  );
});
