import { authority } from './grpc-roots.ts';
// gRPC and what imports it comes after its certificates.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { type AttributeValue, diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { EmitterContextManager } from '../../../lib/telemetry/context-manager.ts';
import { createGuard, guardTracers } from '../../../lib/telemetry/guard.ts';
import { knowEntries } from '../../../lib/telemetry/known-entries.ts';
import { ProtobufWriter } from '../../../lib/telemetry/protobuf-writer.ts';

const { TraceExporter } = await import('@google-cloud/opentelemetry-cloud-trace-exporter');
const { createCloudTraceSink } = await import('../../../lib/telemetry/cloud-trace-exporter.ts');
const { createOtlpSink } = await import('../../../lib/telemetry/otlp-exporter.ts');
const { startFakeCloud, useCloud } = await import('./cloud.ts');
const { createEndedSpan } = await import('./ended-span.ts');

// What tracing costs, by what can be counted: none of this depends on how fast a machine is.

test('a batch is one write, and Google’s exporter converts one span for all that share a resource', async (t) => {
  const cloud = await startFakeCloud(t, undefined, authority);
  useCloud(t, cloud);
  const convert = t.mock.method(TraceExporter.prototype, 'export');
  const free = t.mock.method(ArrayBuffer.prototype, 'transfer');
  const endpoint = cloud.env.CLOUD_TRACE_API_ENDPOINT ?? '';
  const sink = createCloudTraceSink({ project: 'test-project', endpoint, timeoutMs: 60_000 });
  t.after(() => sink.close());
  const resource = resourceFromAttributes({ 'service.name': 'client' });
  const spans = Array.from({ length: 512 }, () => sink.pack(createEndedSpan('span')));
  for (let batch = 0; batch < 3; batch += 1) {
    await sink.write(spans, new AbortController().signal, resource);
  }
  assert.equal(cloud.writes(), 3);
  assert.equal(cloud.spans.length, 3 * 512);
  assert.deepEqual(
    convert.mock.calls.map(({ arguments: [converted] }) => converted.length),
    [1],
  );
  // The memory of each, once it is stored.
  assert.deepEqual(
    free.mock.calls.map(({ arguments: [size] }) => size),
    [0, 0, 0],
  );
});

test('a span that has ended lets go of what the SDK keeps of it', (t) => {
  const warn = t.mock.method(diag, 'warn');
  const guarded = guardTracers(createGuard(), new BasicTracerProvider()).getTracer('test');
  const span = guarded.startSpan('span');
  const { spanId } = span.spanContext();
  span.end();
  assert.equal(span.spanContext().spanId, spanId);
  assert.equal(span.isRecording(), false);
  // The SDK's own span would say that it has ended.
  span.setAttribute('late', 1);
  assert.equal(warn.mock.callCount(), 0);
});

test('a span is encoded once, when it ends, and a batch is made of its bytes', async (t) => {
  const cloud = await startFakeCloud(t, undefined, authority);
  useCloud(t, cloud);
  const endpoint = cloud.env.CLOUD_TRACE_API_ENDPOINT ?? '';
  for (const sink of [
    createCloudTraceSink({ project: 'test-project', endpoint, timeoutMs: 60_000 }),
    createOtlpSink({ url: 'http://127.0.0.1:1/', project: 'test-project', timeoutMs: 60_000 }),
  ]) {
    t.after(() => sink.close());
    const reads = new Map<string, number>();
    const span = new Proxy(createEndedSpan('span'), {
      get(of, name, receiver) {
        reads.set(String(name), (reads.get(String(name)) ?? 0) + 1);
        return Reflect.get(of, name, receiver);
      },
    });
    const packed = [sink.pack(span), sink.pack(createEndedSpan('other'))];
    const before = new Map(reads);
    assert.equal(reads.get('spanContext'), 1);
    const resource = resourceFromAttributes({ 'service.name': 'client' });
    await sink.write(packed, new AbortController().signal, resource).catch(() => {});
    assert.deepEqual(reads, before);
  }
});

test('a value that is set on a context copies no Map', () => {
  const context = new EmitterContextManager().enable().active();
  const values = Object.values(context.setValue(Symbol('test'), 1));
  assert.ok(!values.some((value) => value instanceof Map || typeof value === 'function'));
});

test('an event of a bound emitter sets no context: it has that of the binding', (t) => {
  const manager = new EmitterContextManager().enable();
  const emitter = manager.bind(ROOT_CONTEXT, new EventEmitter()).on('event', () => {});
  const set = t.mock.method(manager, 'with');
  emitter.emit('event');
  assert.equal(set.mock.callCount(), 0);
});

test('a call of a bound function sets no context: it has that of the binding', (t) => {
  const manager = new EmitterContextManager().enable();
  const bound = manager.bind(ROOT_CONTEXT, () => {});
  const set = t.mock.method(manager, 'with');
  bound();
  assert.equal(set.mock.callCount(), 0);
});

test('an emitter that is bound to the context that is active sets no context', (t) => {
  const manager = new EmitterContextManager().enable();
  manager.with(manager.active().setValue(Symbol('test'), 1), () => {
    const set = t.mock.method(manager, 'with');
    manager.bind(manager.active(), new EventEmitter());
    assert.equal(set.mock.callCount(), 0);
    manager.bind(ROOT_CONTEXT, new EventEmitter());
    assert.equal(set.mock.callCount(), 1);
  });
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

test('a span is not counted for metrics, and its attributes are checked once', () => {
  let checks = 0;
  const attributes = {
    get counted(): string {
      checks += 1;
      return 'value';
    },
  };
  const provider = new BasicTracerProvider();
  const span = guardTracers(createGuard(), provider)
    .getTracer('test')
    .startSpan('span', { attributes });
  assert.equal(checks, 1);
  assert.ok(span.isRecording());
  const metrics = Reflect.get(provider.getTracer('test'), '_tracerMetrics');
  assert.equal(metrics.startSpan(), undefined);
});

test('an attribute that has the value of an earlier span is not encoded again', (t) => {
  const writer = new ProtobufWriter();
  const write = t.mock.fn((name: string, value: unknown) => writer.text(1, `${name}=${value}`));
  const entry = knowEntries(writer, write);
  const written = (name: string, value: AttributeValue) => {
    entry(name, value);
    return writer.finish().toString('latin1').slice(2);
  };
  for (let round = 0; round < 3; round += 1) {
    assert.equal(written('method', 'GET'), 'method=GET');
    assert.equal(written('status', 200), 'status=200');
    assert.equal(written('method', 'HEAD'), 'method=HEAD');
    assert.equal(written('status', '200'), 'status=200');
  }
  assert.equal(write.mock.callCount(), 4);
  // What has a new value each time is not remembered without end, nor what is long.
  for (let value = 0; value < 100; value += 1) written('port', value);
  const before = write.mock.callCount();
  written('port', 99);
  written('query', 'x'.repeat(120));
  written('query', ['a', 'b']);
  written('query', ['a', 'b']);
  assert.equal(write.mock.callCount(), before + 4);
});

test('a guarded span holds no functions itself, and its tracer is made once', () => {
  const tracers = guardTracers(createGuard(), new BasicTracerProvider());
  const tracer = tracers.getTracer('test');
  assert.equal(tracers.getTracer('test'), tracer);
  assert.deepEqual(Reflect.ownKeys(tracer.startSpan('span')), []);
});
