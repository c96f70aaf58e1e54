import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createOtlpSink, isGoogle } from '../../../lib/telemetry/otlp-exporter.ts';
import { startFakeCloud } from './cloud.ts';
import { createEndedSpan } from './ended-span.ts';
import { runProgram } from './run-program.ts';

type Post = { url: string | undefined; type: string | undefined; auth: boolean; body: Buffer };

/** What the collector answers to a batch: HTTP status, and the body of an ExportTraceServiceResponse. */
type Answer = { status?: number; body?: Buffer };

/** ExportTraceServiceResponse { partial_success { rejected_spans, error_message } } */
function partialSuccess(rejectedSpans: number, errorMessage: string): Buffer {
  const message = Buffer.from(errorMessage);
  const partial = Buffer.from([0x08, rejectedSpans, 0x12, message.length, ...message]);
  return Buffer.from([0x0a, partial.length, ...partial]);
}

async function startCollector(t: TestContext, answer: (body: Buffer) => Answer = () => ({})) {
  const posts: Post[] = [];
  const server = http.createServer(async (request, response) => {
    const { 'content-type': type, authorization } = request.headers;
    const body = Buffer.concat(await request.toArray());
    posts.push({ url: request.url, type, auth: authorization !== undefined, body });
    const { status = 200, body: answerBody } = answer(body);
    response.writeHead(status, { 'Content-Type': 'application/x-protobuf' }).end(answerBody);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { posts, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('otlp posts protobuf to the base URL’s /v1/traces, with the project and no token', async (t) => {
  const collector = await startCollector(t);
  const program = await runProgram(t, ['/'], {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.origin}/`,
  });
  const { stored, lost } = program.report();
  assert.deepEqual([stored, lost], [5, 0]);
  const [post] = collector.posts;
  assert.deepEqual(
    [post?.url, post?.type, post?.auth],
    ['/v1/traces', 'application/x-protobuf', false],
  );
  const text = post?.body.toString('latin1') ?? '';
  for (const part of ['gcp.project_id', 'test-project', 'service.name', 'loadgen']) {
    assert.ok(text.includes(part), part);
  }
});

test('gcp_trace,otlp stores each span with both', async (t) => {
  const collector = await startCollector(t);
  const cloud = await startFakeCloud(t);
  const program = await runProgram(t, ['/'], {
    ...cloud.env,
    OTEL_TRACES_EXPORTER: 'gcp_trace,otlp',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.origin}/own/path`,
  });
  assert.equal(program.report().stored, 5);
  assert.equal(cloud.spans.length, 5);
  assert.deepEqual(
    collector.posts.map((post) => post.url),
    ['/own/path'],
  );
});

test('a span is stored only if every exporter acknowledged it', async (t) => {
  const collector = await startCollector(t, () => ({ status: 400 }));
  const cloud = await startFakeCloud(t);
  const program = await runProgram(t, ['/'], {
    ...cloud.env,
    OTEL_TRACES_EXPORTER: 'gcp_trace,otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
  });
  assert.equal(cloud.spans.length, 5);
  const { stored, lost, reasons } = program.report();
  assert.deepEqual([stored, lost, reasons.exportFailed], [0, 5, 5]);
});

test('spans that a collector rejects from a batch it takes are lost, the others stored', async (t) => {
  const collector = await startCollector(t, () => ({ body: partialSuccess(2, 'too long') }));
  const program = await runProgram(t, ['/'], {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
  });
  const { stored, lost, reasons } = program.report();
  assert.deepEqual([stored, lost, reasons.exportFailed], [3, 2, 2]);
  assert.match(JSON.stringify(program.lines), /rejectedSpans.{1,4}2,.*too long/);
});

test('a warning beside a whole success loses nothing', async (t) => {
  const collector = await startCollector(t, () => ({ body: partialSuccess(0, 'slow down') }));
  const program = await runProgram(t, ['/'], {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
  });
  const { stored, lost } = program.report();
  assert.deepEqual([stored, lost], [5, 0]);
});

test('each batch is charged with its own rejections', async (t) => {
  const collector = await startCollector(t, (body) => {
    if (body.includes('refused')) return { body: partialSuccess(1, 'refused') };
    return body.includes('unreadable') ? { body: Buffer.from([0x0a, 0x7f]) } : {};
  });
  const url = `${collector.origin}/v1/traces`;
  const sink = createOtlpSink({ url, project: 'test-project', timeoutMs: 2_000 });
  t.after(() => sink.close());
  const rejected = async (name: string) =>
    (await sink.write([createEndedSpan(name)], new AbortController().signal)).rejected;
  assert.deepEqual(
    await Promise.all(['refused', 'taken', 'refused', 'taken'].map(rejected)),
    [1, 0, 1, 0],
  );
  // An answer of 200 that cannot be read is one all the same, and none of the batch before it.
  assert.deepEqual([await rejected('refused'), await rejected('unreadable')], [1, 0]);
});

test('none starts no exporter and still links traces', async (t) => {
  const program = await runProgram(t, ['/'], { OTEL_TRACES_EXPORTER: 'none' });
  const { started, stored, reasons } = program.report();
  assert.deepEqual([started, stored, reasons.noExporter], [5, 0, 5]);
});

test('tokens go to Google over TLS and to nobody else', () => {
  assert.equal(isGoogle('https://telemetry.googleapis.com/v1/traces'), true);
  assert.equal(isGoogle('http://telemetry.googleapis.com/v1/traces'), false);
  assert.equal(isGoogle('https://evilgoogleapis.com/v1/traces'), false);
  assert.equal(isGoogle('https://telemetry.googleapis.com.example.com/'), false);
});
