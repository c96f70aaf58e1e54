import { authority } from './grpc-roots.ts';
// gRPC and what imports it comes after its certificates.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { EmitterContextManager } from '../../../lib/telemetry/context-manager.ts';
import { createGuard, guardTracers } from '../../../lib/telemetry/guard.ts';

const { TraceExporter } = await import('@google-cloud/opentelemetry-cloud-trace-exporter');
const { createCloudTraceSink } = await import('../../../lib/telemetry/cloud-trace-exporter.ts');
const { startFakeCloud, useCloud } = await import('./cloud.ts');
const { createEndedSpan } = await import('./ended-span.ts');

// What tracing costs, by what can be counted: none of this depends on how fast a machine is.

test('a batch is one write, and Google’s exporter converts one span for all that share a resource', async (t) => {
  const cloud = await startFakeCloud(t, undefined, authority);
  useCloud(t, cloud);
  const convert = t.mock.method(TraceExporter.prototype, 'export');
  const endpoint = cloud.env.CLOUD_TRACE_API_ENDPOINT ?? '';
  const sink = createCloudTraceSink({ project: 'test-project', endpoint, timeoutMs: 60_000 });
  t.after(() => sink.close());
  const resource = resourceFromAttributes({ 'service.name': 'client' });
  const spans = Array.from({ length: 512 }, () => createEndedSpan('span'));
  for (let batch = 0; batch < 3; batch += 1) {
    await sink.write(spans, new AbortController().signal, resource);
  }
  assert.equal(cloud.writes(), 3);
  assert.equal(cloud.spans.length, 3 * 512);
  assert.deepEqual(
    convert.mock.calls.map(({ arguments: [converted] }) => converted.length),
    [1],
  );
});

test('an emitter that is bound to a context gets one function, whatever its listeners', () => {
  const emitter = new EventEmitter();
  const before = new Set(Reflect.ownKeys(emitter));
  new EmitterContextManager().enable().bind(ROOT_CONTEXT, emitter);
  const listener = () => {};
  emitter.on('event', listener).once('other', listener);
  const added = Reflect.ownKeys(emitter).filter((key) => !before.has(key));
  assert.deepEqual(added, ['emit']);
  assert.deepEqual(emitter.rawListeners('event'), [listener]);
});

test('a guarded span holds no functions itself', () => {
  const tracer = guardTracers(createGuard(), new BasicTracerProvider()).getTracer('test');
  assert.deepEqual(Reflect.ownKeys(tracer.startSpan('span')), []);
});
