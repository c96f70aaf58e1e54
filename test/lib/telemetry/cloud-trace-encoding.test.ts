import { authority } from './grpc-roots.ts';
// gRPC and what imports it comes after its certificates.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type Attributes,
  type Link,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import type { SpanParts } from './ended-span.ts';

const { TraceExporter } = await import('@google-cloud/opentelemetry-cloud-trace-exporter');
const { createCloudTraceSink } = await import('../../../lib/telemetry/cloud-trace-exporter.ts');
const { createBatchEncoder } = await import('../../../lib/telemetry/cloud-trace-encoding.ts');
const { startFakeCloud, useCloud } = await import('./cloud.ts');
const { createBrokenSpan, makeSpan } = await import('./ended-span.ts');

const PROJECT = 'test-project';
const GKE = resourceFromAttributes({
  'cloud.provider': 'gcp',
  'cloud.platform': 'gcp_kubernetes_engine',
  'cloud.availability_zone': 'us-central1-f',
  'k8s.cluster.name': 'otel-trace-codelab',
  'k8s.namespace.name': 'default',
  'k8s.pod.name': 'pod-1',
  'service.name': 'client',
  'shakesapp.config.cpu': 2,
  'host.secret': 'no',
});

/** What the exporter's own client and this project's sink send of the same spans, as it arrives. */
async function sendBoth(t: TestContext, spans: readonly ReadableSpan[], resource: Resource) {
  const cloud = await startFakeCloud(t, undefined, authority);
  useCloud(t, cloud);
  const endpoint = cloud.env.CLOUD_TRACE_API_ENDPOINT ?? '';
  const exporter = new TraceExporter({
    projectId: PROJECT,
    apiEndpoint: endpoint,
    resourceFilter: /^(service|cloud|faas|k8s|shakesapp)\./,
    stringifyArrayAttributes: true,
  });
  const complete = spans.map(
    (span): ReadableSpan => Object.create(span, { resource: { value: resource } }),
  );
  const result = await new Promise<ExportResult>((done) => void exporter.export(complete, done));
  assert.equal(result.code, ExportResultCode.SUCCESS, String(result.error));
  const theirs = cloud.spans.splice(0);
  const sink = createCloudTraceSink({ project: PROJECT, endpoint, timeoutMs: 60_000 });
  t.after(() => sink.close());
  await sink.write(spans.map(sink.pack), new AbortController().signal, resource);
  return { theirs, ours: cloud.spans.splice(0) };
}

const LINK: Link = {
  context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: TraceFlags.SAMPLED },
  attributes: { why: 'shared', times: 2 },
};

const CASES: Readonly<Record<string, SpanParts>> = {
  'nothing but a name': {},
  'an empty name': { name: '' },
  'a long name': { name: 'x'.repeat(1_500) },
  'text of all sizes around a byte of length': {
    attributes: Object.fromEntries(
      [0, 1, 23, 24, 119, 127, 128, 16_383, 16_384].map((n) => [`k${n}`, 'v'.repeat(n)]),
    ),
  },
  'text beyond ASCII': {
    name: 'straße',
    attributes: { ключ: 'ü', emoji: '🎭'.repeat(40), sharp: 'ÿ'.repeat(90) },
  },
  numbers: {
    attributes: {
      zero: 0,
      one: 1,
      half: 0.5,
      minus: -1,
      big: 2 ** 31,
      bigger: 2 ** 40 + 1,
      max: Number.MAX_SAFE_INTEGER,
    },
  },
  'the least exact number, and what is none': {
    attributes: {
      low: Number.MIN_SAFE_INTEGER,
      nan: Number.NaN,
      infinite: Number.POSITIVE_INFINITY,
    },
  },
  booleans: { attributes: { yes: true, no: false } },
  lists: { attributes: { texts: ['a', 'b'], numbers: [1, 2.5], flags: [true], none: [] } },
  'names of the exporter’s own labels': {
    attributes: {
      'g.co/agent': 'mine',
      'service.name': 'mine',
      'http.method': 'GET',
      'http.url': 'http://x/',
    },
  },
  events: {
    events: [
      ['request_start', {}],
      ['ended', { text: 'a', number: 1, list: [1] }],
    ],
  },
  links: { links: [LINK, { context: LINK.context }] },
  ok: { status: { code: SpanStatusCode.OK } },
  error: { status: { code: SpanStatusCode.ERROR, message: 'it failed' } },
  'an error without a message': { status: { code: SpanStatusCode.ERROR } },
  'an error with an empty message': { status: { code: SpanStatusCode.ERROR, message: '' } },
  ...Object.fromEntries(
    [SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER].map((kind) => [
      SpanKind[kind],
      { kind },
    ]),
  ),
};

test('each kind of span arrives as the exporter’s own client sends it', async (t) => {
  const { theirs, ours } = await sendBoth(t, Object.values(CASES).map(makeSpan), GKE);
  for (const [i, name] of Object.keys(CASES).entries()) assert.deepEqual(ours[i], theirs[i], name);
  assert.equal(ours.length, theirs.length);
});

test('a parent, a remote context and a resource of no platform arrive likewise', async (t) => {
  const span = makeSpan({});
  const child = Object.create(span, {
    parentSpanContext: {
      value: { traceId: '1'.repeat(32), spanId: '3'.repeat(16), traceFlags: 1 },
    },
    spanContext: { value: () => ({ ...span.spanContext(), isRemote: true }) },
    startTime: { value: [2 ** 33, 999_999_999] },
  });
  const { theirs, ours } = await sendBoth(
    t,
    [child],
    resourceFromAttributes({ 'service.name': 'x' }),
  );
  assert.deepEqual(ours, theirs);
  assert.equal(ours[0]?.parentSpanId, '3'.repeat(16));
});

test('three hundred random spans arrive likewise', async (t) => {
  const text = fc.string({ unit: 'grapheme', maxLength: 200 });
  const value = fc.oneof(
    ...[text, fc.double({ min: -1e15, max: 1e15 }), fc.maxSafeInteger(), fc.boolean()],
    ...[fc.array(text, { maxLength: 3 }), fc.array(fc.double(), { maxLength: 3 })],
  );
  const key = fc.string({ minLength: 1, maxLength: 40 }).map((name) => `k.${name}`);
  const attributes = fc.dictionary(key, value, { maxKeys: 10 });
  const spans = fc.sample(
    fc
      .record({
        name: text,
        kind: fc.constantFrom(0, 1, 2, 3, 4),
        attributes: attributes as fc.Arbitrary<Attributes>,
        events: fc.array(fc.tuple(text, attributes as fc.Arbitrary<Attributes>), { maxLength: 3 }),
      })
      .map(makeSpan),
    { numRuns: 300, seed: 1 },
  );
  const { theirs, ours } = await sendBoth(t, spans, GKE);
  assert.equal(ours.length, theirs.length);
  for (const [i, span] of ours.entries()) assert.deepEqual(span, theirs[i]);
});

/** The names that the exporter knows, and what the instrumentation writes instead. */
const STABLE: Attributes = {
  'http.request.method': 'GET',
  'http.response.status_code': 200,
  'http.route': '/',
  'user_agent.original': 'test',
  'http.request.body.size': 3,
  'http.response.body.size': 4,
  'url.scheme': 'http',
  'server.address': 'host',
};
const OLD: Attributes = {
  ...{ 'http.method': 'GET', 'http.status_code': 200, 'http.route': '/' },
  ...{ 'http.user_agent': 'test', 'http.request_content_length': 3 },
  ...{ 'http.response_content_length': 4, 'http.scheme': 'http', 'http.host': 'host' },
};
for (const [title, parts, url] of [
  ['a client', { 'url.full': 'http://host:1/a?q=1' }, 'http://host:1/a?q=1'],
  ['a server', { 'url.path': '/a', 'server.port': 1, 'url.query': 'q=1' }, 'http://host:1/a?q=1'],
  ['a server without query and port', { 'url.path': '/a' }, 'http://host/a'],
] as const) {
  test(`the console’s labels of ${title} are those of the names that the exporter knows`, async (t) => {
    const stable = { ...STABLE, ...parts };
    const both = { ...stable, ...OLD, 'http.url': url };
    const spans = [makeSpan({ attributes: stable }), makeSpan({ attributes: both })];
    const { theirs, ours } = await sendBoth(t, spans, GKE);
    assert.deepEqual(ours[0]?.attributes, theirs[1]?.attributes);
    assert.equal(ours[0]?.attributes.attributeMap['/http/url']?.stringValue?.value, url);
  });
}

test('what the exporter mistakes arrives as it is', async (t) => {
  const attributes = { above: 1e21, below: -1e300, exact: 2 ** 60, constructor: 'text' };
  const { theirs, ours } = await sendBoth(t, [makeSpan({ attributes })], GKE);
  const values = (span: (typeof ours)[number] | undefined) => {
    const map = span?.attributes.attributeMap;
    const numbers = [map?.above, map?.below, map?.exact].map((value) => String(value?.intValue));
    return [...numbers, map && Object.hasOwn(map, 'constructor')];
  };
  const most = ['9223372036854775807', '-9223372036854775808'];
  assert.deepEqual(values(ours[0]), [...most, '1152921504606846976', true]);
  assert.deepEqual(values(theirs[0]), ['1', '-1', '1152921504606847000', false]);
});

test('a span that cannot be encoded leaves nothing behind in a batch, a span or labels', () => {
  const { pack, encode, encodeLabels } = createBatchEncoder(PROJECT);
  const span = makeSpan({});
  const packed = pack(span);
  const labels = { zone: { stringValue: { value: 'a' } } };
  const encodings = [
    () => encodeLabels(labels),
    () => encode([packed], Buffer.of()),
    () => pack(span),
  ];
  const before = encodings.map((each) => each());
  const after = encodings.map((each) => {
    assert.throws(() => pack(createBrokenSpan()), /broken/);
    return each();
  });
  assert.deepEqual(after, before);
});
