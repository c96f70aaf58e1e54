import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { startLocalCloud } from '../../../../../tools/local/cloud/local-cloud.ts';
import { recordTrace } from '../recorded-trace.ts';

async function setUp(t: TestContext) {
  const cloud = await startLocalCloud();
  t.after(cloud.close);
  return { cloud, url: `${cloud.otlpOrigin}/v1/traces` };
}

async function exportTrace(
  t: TestContext,
  url: string,
  own: { project?: string; name?: string; compression?: 'gzip'; headers?: Record<string, string> },
) {
  const { spans, traceId } = recordTrace(own.name ?? 'loadgen', {
    resource: {
      'service.name': 'loadgen',
      ...(own.project !== undefined && { 'gcp.project_id': own.project }),
    },
    attributes: { count: 52, ratio: 0.5, cached: true, list: ['a', 'b'] },
  });
  const exporter = new OTLPTraceExporter({
    url,
    ...(own.compression && { compression: own.compression as never }),
    ...(own.headers && { headers: own.headers }),
  });
  t.after(() => exporter.shutdown());
  const result = await new Promise<{ code: number; error?: Error }>((resolve) =>
    exporter.export(spans, resolve),
  );
  return { ...result, traceId };
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const project = { attributes: [attribute('gcp.project_id', 'shakesapp-local')] };
const NAMED = attribute('otel.scope.name', 'of the span');
const jsonSpan = {
  traceId: 'ABCDEF0123456789abcdef0123456789',
  spanId: '00000000000000aa',
  name: 'from json',
  kind: 2,
  startTimeUnixNano: '1772452800000000250',
  endTimeUnixNano: '1772452800001500000',
  attributes: [{ key: 'n', value: { intValue: 7 } }],
};

suite('OTLP/HTTP ingest', () => {
  for (const compression of [undefined, 'gzip'] as const) {
    test(`stores what the real exporter sends, ${compression ?? 'uncompressed'}`, async (t) => {
      const { cloud, url } = await setUp(t);
      const answer = await exportTrace(t, url, {
        project: cloud.projectId,
        ...(compression && { compression }),
      });
      assert.deepEqual([answer.code, answer.error], [0, undefined]);
      const spans = cloud.traceStore.trace(answer.traceId)?.spans ?? [];
      const root = spans.find(({ name }) => name === 'loadgen');
      const child = spans.find(({ name }) => name === 'child');
      assert.ok(root && child && spans.length === 2);
      assert.deepEqual([root.kind, child.kind], ['client', 'server']);
      assert.equal(root.attributes['otel.scope.name'], 'test');
      assert.deepEqual([root.parentSpanId, child.parentSpanId], [undefined, root.spanId]);
      const { count, ratio, cached, list, 'service.name': service } = root.attributes;
      assert.deepEqual(
        [count, ratio, cached, list, service],
        ['52', '0.5', 'true', '["a","b"]', 'loadgen'],
      );
      assert.deepEqual(
        root.events?.map(({ name, attributes }) => ({ name, attributes })),
        [{ name: 'request_start', attributes: { attempt: '1' } }],
      );
      assert.deepEqual(child.links, [{ traceId: answer.traceId, spanId: root.spanId }]);
      assert.deepEqual(
        [root.status, child.status],
        [{ error: false }, { error: true, message: 'it failed' }],
      );
      assert.ok(Math.abs(root.startMs - Date.now()) < 60_000);
    });
  }

  test('reads JSON: hex ids, numbers as text or not', async (t) => {
    const { cloud, url } = await setUp(t);
    const response = await post(url, {
      resourceSpans: [{ resource: project, scopeSpans: [{ spans: [jsonSpan] }] }],
    });
    assert.deepEqual([response.status, await response.json()], [200, {}]);
    const [span] = cloud.traceStore.traces()[0]?.spans ?? [];
    assert.equal(span?.traceId, 'abcdef0123456789abcdef0123456789');
    assert.equal(span?.startMs, 1772452800000 + 0.00025);
    assert.deepEqual([span?.kind, span?.attributes.n], ['server', '7']);
  });

  test('stores which instrumentation made a span, unless the span says so itself', async (t) => {
    const { cloud, url } = await setUp(t);
    const said = { ...jsonSpan, spanId: '00000000000000ab', attributes: [NAMED] };
    const scoped = (scope: unknown, ...spans: unknown[]) => ({ scope, spans });
    const answer = await post(url, {
      resourceSpans: [
        {
          resource: project,
          scopeSpans: [
            scoped({ name: 'go.example/otelhttp', version: '0.60.0' }, jsonSpan, said),
            scoped({ name: '' }, { ...jsonSpan, spanId: '00000000000000ac' }),
          ],
        },
      ],
    });
    assert.equal(answer.status, 200);
    const spans = cloud.traceStore.trace(jsonSpan.traceId.toLowerCase())?.spans ?? [];
    assert.deepEqual(
      spans.map(({ attributes }) => [
        attributes['otel.scope.name'],
        attributes['otel.scope.version'],
      ]),
      [
        ['go.example/otelhttp', '0.60.0'],
        ['of the span', '0.60.0'],
        [undefined, undefined],
      ],
    );
  });

  test('stores the good spans and says how many it rejected', async (t) => {
    const { cloud, url } = await setUp(t);
    const bad = { ...jsonSpan, spanId: '00' };
    const response = await post(url, {
      resourceSpans: [{ resource: project, scopeSpans: [{ spans: [jsonSpan, bad, bad] }] }],
    });
    assert.equal(response.status, 200);
    const { partialSuccess } = (await response.json()) as {
      partialSuccess: { rejectedSpans: number; errorMessage: string };
    };
    assert.equal(partialSuccess.rejectedSpans, 2);
    assert.match(
      partialSuccess.errorMessage,
      /spans\[1\]': spanId is "00"; allowed: 16 hexadecimal digits/,
    );
    assert.equal(cloud.traceStore.stats().spans, 1);
  });

  test('answers the real exporter why a resource without project is refused', async (t) => {
    const { cloud, url } = await setUp(t);
    const { code, error } = await exportTrace(t, url, {});
    assert.equal(code, 1);
    assert.match(JSON.stringify(error), /400/);
    const response = await post(url, {
      resourceSpans: [{ scopeSpans: [{ spans: [jsonSpan] }] }],
    });
    const status = (await response.json()) as { code: number; message: string };
    assert.deepEqual([response.status, status.code], [400, 3]);
    assert.match(status.message, /missing required attribute "gcp\.project_id"/);
    assert.equal(cloud.traceStore.stats().spans, 0);
  });

  test('refuses what is not OTLP, with the right status', async (t) => {
    const { cloud, url } = await setUp(t);
    const status = async (response: Promise<Response>) => (await response).status;
    const protobuf = { 'content-type': 'application/x-protobuf' };
    assert.equal(await status(post(url, '{')), 400);
    assert.equal(await status(post(url, '\u0001\u0002\u0003', protobuf)), 400);
    assert.equal(await status(post(url, '{}', { 'content-type': 'text/plain' })), 415);
    assert.equal(await status(post(url, '{}', { 'content-encoding': 'br' })), 400);
    assert.equal(await status(post(url, '{}', { 'content-encoding': 'gzip' })), 400);
    assert.equal(await status(post(url, '{}', { authorization: 'Bearer made-up' })), 401);
    assert.equal(await status(fetch(url)), 405);
    assert.equal(await status(post(`${cloud.otlpOrigin}/v1/metrics`, '{}')), 404);
    const bomb = gzipSync(Buffer.from('{}'.padEnd(17 * 1024 * 1024)));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    assert.equal(await status(fetch(url, { method: 'POST', headers, body: bomb })), 400);
  });

  test('accepts a token of the project', async (t) => {
    const { cloud, url } = await setUp(t);
    const { token } = cloud.tokens.issueAccessToken(cloud.serviceAccount('server'));
    const { code } = await exportTrace(t, url, {
      project: cloud.projectId,
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(code, 0);
  });
});
