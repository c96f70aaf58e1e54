import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { DeadlineError } from '../../../lib/telemetry/deadline.ts';
import {
  createOtlpSink,
  isGoogle,
  type OtlpOptions,
} from '../../../lib/telemetry/otlp-exporter.ts';
import { FateUnknown, NotStoredYet } from '../../../lib/telemetry/sink.ts';
import { startHungExporter } from '../../services/faults.ts';
import { startFakeCloud } from './cloud.ts';
import { writeSpans } from './ended-span.ts';
import { runProgram } from './run-program.ts';

type Post = { url: string | undefined; headers: http.IncomingHttpHeaders; body: Buffer };

/** What the collector answers to a batch. */
type Answer = {
  status?: number;
  type?: string;
  headers?: http.OutgoingHttpHeaders;
  body?: Buffer | string;
};

/** ExportTraceServiceResponse { partial_success { rejected_spans, error_message } } */
function partialSuccess(rejectedSpans: number, errorMessage: string): Buffer {
  const message = Buffer.from(errorMessage);
  const partial = Buffer.from([0x08, rejectedSpans, 0x12, message.length, ...message]);
  return Buffer.from([0x0a, partial.length, ...partial]);
}

async function startCollector(
  t: TestContext,
  answer: (body: Buffer, earlier: number) => Answer | 'hang up' = () => ({}),
) {
  const posts: Post[] = [];
  const server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    posts.push({ url: request.url, headers: request.headers, body });
    const given = answer(body, posts.length - 1);
    if (given === 'hang up') return response.destroy();
    const { status = 200, type = 'application/x-protobuf', headers = {}, body: answerBody } = given;
    response.writeHead(status, { 'Content-Type': type, ...headers }).end(answerBody);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { posts, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A sink towards the collector, and the outcome of one batch of it. */
function startSink(t: TestContext, origin: string, options: Partial<OtlpOptions> = {}) {
  const url = `${origin}/v1/traces`;
  const sink = createOtlpSink({ url, project: 'test-project', timeoutMs: 60_000, ...options });
  t.after(() => sink.close());
  return () => writeSpans(sink, ['span']);
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
    [post?.url, post?.headers['content-type'], post?.headers.authorization],
    ['/v1/traces', 'application/x-protobuf', undefined],
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
  assert.match(
    JSON.stringify(program.lines),
    /endpoint rejected 2 of 5 spans.*too long|too long.*endpoint rejected 2 of 5 spans/,
  );
});

test('a warning beside a complete success loses nothing', async (t) => {
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
  const sink = createOtlpSink({ url, project: 'test-project', timeoutMs: 60_000 });
  t.after(() => sink.close());
  const rejected = async (name: string) => (await writeSpans(sink, [name])).rejected;
  assert.deepEqual(
    await Promise.all(['refused', 'taken', 'refused', 'taken'].map(rejected)),
    [1, 0, 1, 0],
  );
  assert.equal(await rejected('refused'), 1);
  await assert.rejects(rejected('unreadable'), /^Error: HTTP 200 OK, but no export response/);
});

test('an answer 200 that is no export response stores nothing, and the log says what it was', async (t) => {
  const page = `<html>${'x'.repeat(100_000)}</html>`;
  const collector = await startCollector(t, () => ({ type: 'text/html', body: page }));
  const program = await runProgram(t, ['/'], {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
  });
  const { stored, reasons } = program.report();
  assert.deepEqual([stored, reasons.exportFailed], [0, 5]);
  const [line] = program.lines.filter(({ severity }) => severity === 'ERROR');
  assert.match(
    JSON.stringify(line),
    /HTTP 200 OK, but no export response \(text\/html\): <html>x{294}…/,
  );
  assert.ok(program.lines.every((each) => JSON.stringify(each).length < 1_000));
});

test('a refusal is logged with its status and reason, and is not repeated', async (t) => {
  const body = '{"error":{"message":"Resource is missing required attribute gcp.project_id"}}';
  const collector = await startCollector(t, () => ({
    status: 400,
    body,
    type: 'application/json',
  }));
  const write = startSink(t, collector.origin);
  await assert.rejects(write(), { message: `HTTP 400 Bad Request: ${body}` });
  assert.equal(collector.posts.length, 1);
});

for (const [status, maybeStored] of [
  [429, false],
  [502, true],
  [503, true],
  [504, true],
] as const) {
  test(`after ${status} a batch may be stored later`, async (t) => {
    const collector = await startCollector(t, () => ({
      status,
      headers: { 'Retry-After': '7' },
      body: 'come back later',
    }));
    await assert.rejects(startSink(t, collector.origin)(), (error) => {
      assert.ok(error instanceof NotStoredYet);
      assert.match(error.message, new RegExp(`^HTTP ${status} .*: come back later$`));
      assert.deepEqual([error.maybeStored, error.retryAfterMs], [maybeStored, 7_000]);
      return true;
    });
    assert.equal(collector.posts.length, 1);
  });
}

test('500 is final, and the batch may have been stored', async (t) => {
  const collector = await startCollector(t, () => ({ status: 500 }));
  await assert.rejects(startSink(t, collector.origin)(), FateUnknown);
});

test('after a connection that broke a batch may be stored later, or is already', async (t) => {
  const collector = await startCollector(t, () => 'hang up');
  await assert.rejects(
    startSink(t, collector.origin)(),
    (error) => error instanceof NotStoredYet && error.maybeStored,
  );
});

test('after a refused connection a batch may be stored later, and is not yet', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await promisify(server.close.bind(server))();
  await assert.rejects(
    startSink(t, `http://127.0.0.1:${port}`)(),
    (error) => error instanceof NotStoredYet && !error.maybeStored,
  );
});

test('what a collector refuses for a while is stored in the end, and is not lost', async (t) => {
  const collector = await startCollector(t, (_body, earlier) =>
    earlier < 2 ? { status: 503 } : {},
  );
  const program = await runProgram(t, ['/'], {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
  });
  const { stored, lost, unknown } = program.report();
  assert.deepEqual([stored, lost, unknown, collector.posts.length], [5, 0, 0, 3]);
});

test('a span that one backend stored is not sent to it again for the other', async (t) => {
  const collector = await startCollector(t, (_body, earlier) =>
    earlier < 3 ? { status: 503 } : {},
  );
  const cloud = await startFakeCloud(t);
  const program = await runProgram(t, ['/'], {
    ...cloud.env,
    OTEL_TRACES_EXPORTER: 'gcp_trace,otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
  });
  assert.equal(program.report().stored, 5);
  assert.deepEqual([cloud.spans.length, cloud.writes(), collector.posts.length], [5, 1, 4]);
});

test('an endpoint that does not answer is given up after the time for a batch', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const write = startSink(t, await startHungExporter(t))();
  t.mock.timers.tick(60_000);
  await assert.rejects(write, new DeadlineError(60_000));
});

test('headers go with every export, those for traces win, and gzip compresses the body', async (t) => {
  const collector = await startCollector(t);
  const program = await runProgram(t, ['/'], {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=top%2Csecret,x-tenant=general',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'X-Tenant=traces',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  });
  assert.equal(program.report().stored, 5);
  const [post] = collector.posts;
  assert.deepEqual(
    [post?.headers['api-key'], post?.headers['x-tenant'], post?.headers['content-encoding']],
    ['top,secret', 'traces', 'gzip'],
  );
  assert.ok(gunzipSync(post?.body ?? '').includes('gcp.project_id'));
});

test('a header that the endpoint repeats is not logged', async (t) => {
  const collector = await startCollector(t, () => ({
    status: 401,
    body: 'unknown key "top secret": Bearer token-1234, token-1234, top%20secret',
  }));
  const headers = { 'api-key': 'top secret', authorization: 'Bearer token-1234' };
  await assert.rejects(startSink(t, collector.origin, { headers })(), {
    message: 'HTTP 401 Unauthorized: unknown key "(secret)": (secret), (secret), (secret)',
  });
});

test('a key that the endpoint refuses is sent once, and its spans count as lost, with the reason in the log', async (t) => {
  const collector = await startCollector(t, () => ({
    status: 401,
    body: 'unknown key top-secret',
  }));
  const program = await runProgram(t, ['/'], {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=top-secret',
  });
  const { stored, lost, reasons } = program.report();
  assert.deepEqual([stored, lost, reasons.exportFailed], [0, 5, 5]);
  assert.equal(collector.posts.length, 1);
  const log = JSON.stringify(program.lines);
  assert.match(
    log,
    /HTTP 401 Unauthorized: unknown key \(secret\).*5 spans were not stored by otlp/,
  );
  assert.doesNotMatch(log, /top-secret/);
});

for (const status of [301, 302, 307, 308]) {
  test(`a redirect by ${status} to another origin is not followed: headers go nowhere else`, async (t) => {
    const other = await startCollector(t);
    const collector = await startCollector(t, () => ({
      status,
      headers: { Location: `${other.origin}/v1/traces?key=secret` },
    }));
    await assert.rejects(
      startSink(t, collector.origin, { headers: { 'api-key': 'secret' } })(),
      (error: Error) =>
        error.message.includes(`to ${other.origin}; redirects are not followed`) &&
        !error.message.includes('secret'),
    );
    assert.equal(other.posts.length, 0);
  });
}

test('OTEL_TRACES_EXPORTER=none starts no exporter and still links traces', async (t) => {
  const program = await runProgram(t, ['/'], { OTEL_TRACES_EXPORTER: 'none' });
  const { started, stored, reasons } = program.report();
  assert.deepEqual([started, stored, reasons.noExporter], [5, 0, 5]);
});

test('tokens go to Google over TLS and nowhere else', () => {
  assert.equal(isGoogle('https://telemetry.googleapis.com/v1/traces'), true);
  assert.equal(isGoogle('http://telemetry.googleapis.com/v1/traces'), false);
  assert.equal(isGoogle('https://evilgoogleapis.com/v1/traces'), false);
  assert.equal(isGoogle('https://telemetry.googleapis.com.example.com/'), false);
});
