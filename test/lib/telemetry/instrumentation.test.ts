import assert from 'node:assert/strict';
import { get } from 'node:http';
import { get as getTls } from 'node:https';
import { test } from 'node:test';
import { patchModules } from '../../../lib/telemetry/instrumentation.ts';
import { renderTree, runProgram, startMetadataServer } from './run-program.ts';

test('one request is one tree across HTTP and gRPC: no patch is lost', async (t) => {
  const program = await runProgram(t, ['/?q=love']);
  const spans = program.spans();
  assert.deepEqual(renderTree(spans), [
    'internal loadgen',
    '  client GET',
    '    server GET',
    '      client grpc.shakesapp.ShakespeareService/GetMatchCount',
    '        server grpc.shakesapp.ShakespeareService/GetMatchCount',
  ]);
  assert.equal(new Set(spans.map((span) => span.traceId)).size, 1);
  assert.equal(program.stderr(), '');
});

test('health checks make no spans, on either side of HTTP and gRPC', async (t) => {
  const program = await runProgram(t, [
    '/health',
    '/_healthz',
    '/ready',
    '/health?bare',
    '/ready?bare',
  ]);
  assert.deepEqual(renderTree(program.spans()), [
    'internal loadgen',
    'internal loadgen',
    'internal loadgen',
  ]);
  assert.equal(program.report().unsampled, 0);
});

test('the server’s health check makes no spans within a traced request either', async (t) => {
  const program = await runProgram(t, ['/server-health']);
  assert.deepEqual(renderTree(program.spans()), [
    'internal loadgen',
    '  client GET',
    '    server GET',
  ]);
});

test('a method that is only named like the health check makes spans', async (t) => {
  const program = await runProgram(t, ['/library']);
  assert.deepEqual(renderTree(program.spans()).slice(3), [
    '      client grpc.shakesapp.Library/Check',
    '        server grpc.shakesapp.Library/Check',
  ]);
});

test('fetches of metadata within a request make no spans', async (t) => {
  const metadata = await startMetadataServer(t);
  const program = await runProgram(t, ['/metadata'], { GCE_METADATA_HOST: metadata.host });
  assert.equal(metadata.fetches(), 1);
  assert.deepEqual(renderTree(program.spans()), [
    'internal loadgen',
    '  client GET',
    '    server GET',
  ]);
});

test('the first server span of an instance, and no other, is its cold start', async (t) => {
  const program = await runProgram(t, ['/health', '/', '/']);
  const cold = program.spans().filter((span) => span.attributes['faas.coldstart'] === true);
  assert.deepEqual(
    cold.map((span) => [span.kind, span.name]),
    [[1, 'GET']],
  );
  assert.equal(cold[0]?.traceId, program.spans().find((span) => span.kind === 1)?.traceId);
});

for (const [enabled, tree] of [
  ['none', ['internal loadgen']],
  ['http', ['internal loadgen', '  client GET', '    server GET']],
  [
    'grpc',
    [
      'client grpc.shakesapp.ShakespeareService/GetMatchCount',
      '  server grpc.shakesapp.ShakespeareService/GetMatchCount',
      'internal loadgen',
    ],
  ],
] as const) {
  test(`OTEL_NODE_ENABLED_INSTRUMENTATIONS=${enabled} patches nothing else`, async (t) => {
    const env = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: enabled };
    const program = await runProgram(t, ['/'], env);
    assert.deepEqual(renderTree(program.spans()), tree);
  });
}

test('HEALTH_CHECK_SPANS=true makes spans of health checks, and one warning', async (t) => {
  const program = await runProgram(t, ['/ready?bare'], { HEALTH_CHECK_SPANS: 'true' });
  assert.deepEqual(renderTree(program.spans()), [
    'client GET',
    '  server GET',
    '    client grpc.grpc.health.v1.Health/Check',
    '      server grpc.grpc.health.v1.Health/Check',
  ]);
  const warnings = program.lines.filter(({ severity }) => severity === 'WARNING');
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['unprotected trace: HEALTH_CHECK_SPANS=true makes spans of health checks'],
  );
});

test('SPAN_DRAIN=never ends without storing what waits, and counts it as lost', async (t) => {
  const program = await runProgram(t, ['/'], { SPAN_DRAIN: 'never' });
  assert.deepEqual(program.spans(), []);
  const { started, stored, lost, reasons } = program.report();
  assert.deepEqual({ started, stored, lost }, { started: 5, stored: 0, lost: 5 });
  assert.equal(reasons.stillWaiting, 5);
});

test('OTEL_SDK_DISABLED patches and sends nothing', async (t) => {
  const program = await runProgram(t, ['/'], { OTEL_SDK_DISABLED: 'true' });
  assert.deepEqual(
    program.lines.map((line) => line.message),
    ['listening', 'visited', 'stopping'],
  );
});

test('a wrong variable leaves the preload inert', async (t) => {
  const program = await runProgram(t, ['/'], { OTEL_PROPAGATORS: 'jaeger' });
  assert.equal(await program.exited, 0);
  assert.deepEqual(program.spans(), []);
});

test('who imported node:http or node:https by name before is patched too', () => {
  const before = [get, getTls];
  patchModules({ instrumentations: ['http'], healthCheckSpans: false });
  assert.notEqual(get, before[0]);
  assert.notEqual(getTls, before[1]);
});
