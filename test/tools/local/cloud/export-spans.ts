/**
 * A program for trace-write.test.ts: writes one small trace with the real exporter and prints what
 * the exporter said. A separate process, because grpc-js reads the certificate authority's path
 * when it is loaded.
 */

import { TraceExporter } from '@google-cloud/opentelemetry-cloud-trace-exporter';
import { recordTrace } from './recorded-trace.ts';

const { endpoint, name } = JSON.parse(process.argv[2] ?? '{}');
const { spans, traceId } = recordTrace(name, {
  resource: {
    'service.name': 'loadgen',
    'service.instance.id': 'one',
    'cloud.platform': 'gcp_cloud_run',
    'cloud.region': 'us-central1',
  },
  attributes: { 'shakesapp.query': 'world', count: 52, cached: true, 'http.method': 'GET' },
});

const exporter = new TraceExporter({ apiEndpoint: endpoint, resourceFilter: /^service\./ });
exporter.export(spans, ({ code, error }) => {
  process.stdout.write(JSON.stringify({ code, error: error?.message, traceId }));
});
