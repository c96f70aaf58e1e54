import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type RunningProgram,
  renderTree,
  runProgram,
  type SpanLine,
  startMetadataServer,
} from './run-program.ts';

const TRACE_HEADERS = ['b3', 'traceparent', 'x-cloud-trace-context'];

const traceHeaders = (program: RunningProgram) =>
  program.lines.flatMap(({ message, names = [] }) =>
    message === 'asked'
      ? [names.map((name) => name.toLowerCase()).filter((name) => TRACE_HEADERS.includes(name))]
      : [],
  );

const clientSpanOfEcho = (program: RunningProgram): SpanLine => {
  const echo = program
    .spans()
    .find(({ kind, attributes }) => kind === 1 && attributes['url.path'] === '/echo');
  const caller = program.spans().find(({ spanId }) => spanId === echo?.parentSpanId);
  assert.ok(caller);
  return caller;
};

test('a request by http, fetch, undici and gRPC continues one trace, and sends each header once', async (t) => {
  const program = await runProgram(t, ['/every-way']);
  const hop = ['      client GET', '        server GET'];
  assert.deepEqual(renderTree(program.spans()), [
    'internal loadgen',
    '  client GET',
    '    server GET',
    ...[...hop, ...hop, ...hop],
    '      client grpc.shakesapp.ShakespeareService/GetMatchCount',
    '        server grpc.shakesapp.ShakespeareService/GetMatchCount',
  ]);
  assert.deepEqual(
    traceHeaders(program).map((names) => names.sort()),
    [TRACE_HEADERS, TRACE_HEADERS, TRACE_HEADERS],
  );
  assert.equal(program.stderr(), '');
});

for (const way of ['fetch', 'undici']) {
  test(`${way} replaces the trace headers that a program passes on`, async (t) => {
    const program = await runProgram(t, [`/${way}-passing-on`]);
    assert.deepEqual(
      traceHeaders(program).map((names) => names.sort()),
      [TRACE_HEADERS],
    );
    assert.deepEqual(renderTree(program.spans()), [
      'internal loadgen',
      '  client GET',
      '    server GET',
      '      client GET',
      '        server GET',
    ]);
  });
}

for (const path of ['/fetch-metadata', '/fetch-health']) {
  test(`${path.slice(1)}: a fetch of it makes no span`, async (t) => {
    const metadata = await startMetadataServer(t);
    const program = await runProgram(t, [path], { GCE_METADATA_HOST: metadata.host });
    assert.equal(metadata.fetches(), path === '/fetch-metadata' ? 1 : 0);
    assert.deepEqual(renderTree(program.spans()), [
      'internal loadgen',
      '  client GET',
      '    server GET',
    ]);
  });
}

test('a signature in the URL is in no span, by fetch as by http', async (t) => {
  for (const way of ['fetch', 'get']) {
    const program = await runProgram(t, [`/${way}-signed`]);
    const { attributes } = clientSpanOfEcho(program);
    assert.match(String(attributes['url.full']), /\/echo\?X-Goog-Signature=REDACTED&q=love$/);
    assert.doesNotMatch(JSON.stringify(program.spans()), /secret/);
  }
});

test('the URL of a path that begins with two slashes has the host that was asked', async (t) => {
  const program = await runProgram(t, ['/fetch-slashes']);
  const span = program
    .spans()
    .find(({ kind, attributes }) => kind === 2 && attributes['url.query'] === 'q=love');
  assert.ok(span);
  const { 'url.full': full, 'url.path': path, 'server.address': address } = span.attributes;
  assert.match(String(full), /^http:\/\/127\.0\.0\.1:\d+\/\/echo\?q=love$/);
  assert.deepEqual([path, address], ['//echo', '127.0.0.1']);
  assert.equal(new URL(String(full)).port, String(span.attributes['server.port']));
});

test('a fetch that reaches nobody is a span in error', async (t) => {
  const program = await runProgram(t, ['/fetch-unreachable']);
  const span = program.spans().find(({ attributes }) => attributes['server.port'] === 2);
  assert.equal(span?.status.code, 2);
  assert.equal(span?.attributes['error.type'], 'ECONNREFUSED');
});

test('a fetch that is aborted, for whatever reason, ends its span and not the program', async (t) => {
  const program = await runProgram(t, ['/fetch-aborted']);
  assert.equal(await program.exited, 0, program.stderr());
  const aborted = program
    .spans()
    .filter(({ kind, attributes }) => kind === 2 && attributes['url.path'] === '/silent');
  assert.equal(aborted.length, 4);
  assert.equal(program.report().lost, 0);
});
