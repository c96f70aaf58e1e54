import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { createCloudTraceSink } from '../../../lib/telemetry/cloud-trace-exporter.ts';
import { type StoredSpan, startFakeCloud, useCloud } from './cloud.ts';
import { writeSpans } from './ended-span.ts';
import { runProgram, startProgram } from './run-program.ts';

/** For programs in a time that stands still: one that waits for more would never end. */
const LIMIT = { timeout: 120_000 };

function labels(span: StoredSpan | undefined): Record<string, string | number | boolean> {
  const map = span?.attributes.attributeMap ?? {};
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      key,
      value.stringValue?.value ?? (value.intValue ? Number(value.intValue) : value.boolValue) ?? '',
    ]),
  );
}

test('every span reaches Cloud Trace, and exporting makes none', async (t) => {
  const cloud = await startFakeCloud(t);
  const program = await runProgram(t, ['/', '/fail'], cloud.env);
  assert.equal(await program.exited, 0, program.stderr());
  assert.deepEqual(cloud.spans.map((span) => span.displayName.value).sort(), [
    ...['GET', 'GET', 'GET', 'GET', 'client'],
    ...Array(2).fill('grpc.shakesapp.ShakespeareService/GetMatchCount'),
    ...['loadgen', 'loadgen'],
  ]);
  const { reasons, ...counts } = program.report();
  assert.deepEqual(counts, {
    ...{ started: 9, ended: 9, stored: 9, lost: 0, unknown: 0 },
    ...{ waiting: { spans: 0, bytes: 0 }, queued: 0, open: 0, unsampled: 0, shed: 0 },
  });
  assert.deepEqual(new Set(Object.values(reasons)), new Set([0]));
});

test('labels say where a span ran, and fill the console’s HTTP columns', async (t) => {
  const cloud = await startFakeCloud(t);
  const program = await runProgram(t, ['/?q=love'], {
    ...cloud.env,
    OTEL_RESOURCE_ATTRIBUTES: 'service.version=v7,k8s.pod.name=pod%2D1,host.secret=no',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  });
  const server = cloud.spans.find(
    (span) => span.displayName.value === 'GET' && labels(span)['url.path'],
  );
  const found = labels(server);
  assert.match(String(found['/http/url']), /^http:\/\/127\.0\.0\.1:\d+\/\?q=love$/);
  const expected = {
    '/http/method': 'GET',
    '/http/status_code': 200,
    'service.name': 'client',
    'service.namespace': 'shakesapp',
    'service.version': 'v7',
    'cloud.platform': 'gcp_cloud_run',
    'cloud.region': 'us-central1',
    'cloud.account.id': 'test-project',
    'faas.name': 'client',
    'faas.version': 'client-00001',
    'faas.instance': 'instance-1',
    'faas.coldstart': true,
    'k8s.pod.name': 'pod-1',
    'shakesapp.config.exporter': 'gcp_trace',
    'shakesapp.config.propagators': 'gcp_trace,tracecontext,b3',
    'shakesapp.config.sampler': 'parentbased_traceidratio(1)',
    'g.co/r/generic_task/job': 'client',
    'g.co/r/generic_task/task_id': 'instance-1',
    'shakesapp.parent.source': 'b3',
  };
  assert.deepEqual(
    Object.fromEntries(Object.keys(expected).map((key) => [key, found[key]])),
    expected,
  );
  assert.equal(found['host.secret'], undefined);
  assert.equal(await program.exited, 0);
});

test('no socket is opened before the first span', async (t) => {
  const cloud = await startFakeCloud(t);
  const program = startProgram(t, 'serve', ['/health?bare'], cloud.env);
  await program.line('visited');
  assert.deepEqual(cloud.metadataRequests, []);
  program.child.kill('SIGTERM');
  assert.equal(await program.exited, 0);
  assert.deepEqual(cloud.metadataRequests, []);
  assert.equal(cloud.writes(), 0);
});

test('an export that the timer began is awaited at shutdown', LIMIT, async (t) => {
  const answer = Promise.withResolvers<number>();
  const cloud = await startFakeCloud(t, () => answer.promise);
  const env = { ...cloud.env, OTEL_BSP_SCHEDULE_DELAY: '30000' };
  const program = startProgram(t, 'held', ['/'], env);
  await program.line('visited');
  program.child.kill('SIGUSR2');
  await cloud.written(1);
  program.child.kill('SIGTERM');
  // The batch is under way and the queue is empty: the SDK's own shutdown would have returned.
  await program.line('stopping');
  program.child.kill('SIGUSR2');
  await program.line('after 60 s');
  answer.resolve(status.OK);
  assert.equal(await program.exited, 0);
  assert.equal(program.report().stored, 5);
  assert.equal(cloud.spans.length, 5);
});

test('a Cloud Trace that never answers does not hold up the end of a program', LIMIT, async (t) => {
  const cloud = await startFakeCloud(t, () => new Promise(() => {}));
  const env = { ...cloud.env, OTEL_BSP_EXPORT_TIMEOUT: '20000' };
  const program = startProgram(t, 'held', ['/'], env);
  await program.line('visited');
  program.child.kill('SIGTERM');
  await cloud.written(1);
  program.child.kill('SIGUSR2');
  await cloud.written(2);
  program.child.kill('SIGUSR2');
  assert.equal(await program.exited, 0);
  const { stored, lost, unknown, reasons } = program.report();
  assert.deepEqual([stored, lost, unknown, reasons.unanswered], [0, 0, 5, 5]);
});

test('UNAVAILABLE is retried, a refusal is not', async (t) => {
  const flaky = await startFakeCloud(t, (write) => (write === 1 ? status.UNAVAILABLE : status.OK));
  const retried = await runProgram(t, ['/'], flaky.env);
  assert.deepEqual([retried.report().stored, flaky.writes()], [5, 2]);

  const closed = await startFakeCloud(t, () => status.PERMISSION_DENIED);
  const refused = await runProgram(t, ['/'], closed.env);
  const { stored, lost, reasons } = refused.report();
  assert.deepEqual([stored, lost, reasons.exportFailed, closed.writes()], [0, 5, 5, 1]);
});

test('spans beyond the queue are dropped and counted to the span', async (t) => {
  const cloud = await startFakeCloud(t);
  const program = await runProgram(t, ['/', '/'], {
    ...cloud.env,
    OTEL_BSP_MAX_QUEUE_SIZE: '4',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4',
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });
  const { started, stored, lost, reasons } = program.report();
  assert.equal(started, 10);
  assert.equal(stored, cloud.spans.length);
  assert.equal(lost, started - stored);
  assert.equal(reasons.queueFull, lost);
});

test('before-response stores what has ended before each answer', async (t) => {
  const cloud = await startFakeCloud(t);
  const program = startProgram(t, 'serve', ['/?bare'], {
    ...cloud.env,
    SPAN_FLUSH: 'before-response',
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });
  await program.line('visited');
  // A first export takes longer than a response waits for it; by then it is under way.
  await cloud.written(1);
  while (cloud.spans.length === 0) await settle();
  assert.deepEqual(
    cloud.spans.map((span) => span.displayName.value),
    Array(2).fill('grpc.shakesapp.ShakespeareService/GetMatchCount'),
  );
});

test('in the background nothing is stored before the answer', async (t) => {
  const cloud = await startFakeCloud(t);
  const program = startProgram(t, 'serve', ['/'], {
    ...cloud.env,
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });
  await program.line('visited');
  assert.equal(cloud.writes(), 0);
});

/** A sink with credentials, towards a port that accepts connections and never answers. */
async function startSilent(t: TestContext) {
  useCloud(t, await startFakeCloud(t));
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => {}));
    socket.once('close', () => open.delete(socket));
    socket.resume();
    accepted.resolve();
    accepted = Promise.withResolvers();
  }).listen(0, '127.0.0.1');
  let accepted = Promise.withResolvers<void>();
  await once(server, 'listening');
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const sink = createCloudTraceSink({
    project: 'test-project',
    endpoint: `localhost:${port}`,
    timeoutMs: 60_000,
  });
  return { sink, open, accepted: () => accepted.promise };
}

test('a Cloud Trace that accepts and stays silent never holds more than one connection', async (t) => {
  const { sink, open, accepted } = await startSilent(t);
  for (let batch = 0; batch < 5; batch += 1) {
    const arrived = accepted();
    const deadline = new AbortController();
    const write = writeSpans(sink, ['span'], deadline.signal);
    write.catch(() => {});
    await arrived;
    assert.equal(open.size, 1, `at batch ${batch}`);
    const [socket] = open;
    deadline.abort(new Error('no answer'));
    if (socket && !socket.destroyed) await once(socket, 'close');
  }
  await sink.close();
  assert.equal(open.size, 0);
});
