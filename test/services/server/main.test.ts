import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type MatchCountResponse, shakespeareService } from '../../../lib/rpc.ts';
import { SPAN } from '../../../lib/telemetry/names.ts';
import { assertPortIsReported, startHungExporter } from '../faults.ts';
import { assertNoSpanLost, linesOfRefusal, startProgram } from '../program.ts';
import { startFakeStorage } from './fake-storage.ts';

const ENTRY = 'services/server/main.ts';

function callOnce(client: Client, query: string): Promise<string> {
  const { path, requestSerialize, responseDeserialize } = shakespeareService.GetMatchCount;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { query },
      new Metadata(),
      { deadline: Date.now() + 60_000 },
      (error, response?: MatchCountResponse) =>
        error ? reject(error) : resolve(response?.match_count ?? ''),
    );
  });
}

async function start(
  t: TestContext,
  env: Record<string, string> = {},
  { hangs = false }: { hangs?: boolean } = {},
) {
  const storage = await startFakeStorage();
  storage.put('plays/a', 'To be\nor not\nto be\n');
  t.after(() => storage.close());
  const program = startProgram(t, {
    entry: ENTRY,
    hangs,
    env: {
      GOOGLE_CLOUD_PROJECT: 'shakesapp-test',
      OTEL_SERVICE_NAME: 'server',
      OTEL_TRACES_EXPORTER: 'console',
      HOST: '127.0.0.1',
      PORT: '0',
      WORKS_BUCKET: 'works',
      WORKS_PREFIX: 'plays/',
      STORAGE_API_ENDPOINT: storage.origin,
      ...env,
    },
  });
  const { port } = await program.line('listening');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
  });
  t.after(() => client.close());
  return { storage, program, client };
}

describe('services/server/main', () => {
  test('lists five wrong variables at once and exits 2 without opening a socket', async (t) => {
    const lines = await linesOfRefusal(t, ENTRY, {
      PORT: 'http',
      WORKS_BUCKET: 'Not A Bucket',
      WORKS_CACHE: 'sometimes',
      STORAGE_API_ENDPOINT: 'storage.googleapis.com',
      OTEL_SERVICE_NAME: 'server',
    });
    assert.deepEqual(lines, [
      '5 environment variables are wrong:',
      '  GOOGLE_CLOUD_PROJECT: is not set; allowed: the id of a Google Cloud project',
      '  PORT: is "http"; allowed: a whole number from 0 to 65535',
      '  WORKS_BUCKET: is "Not A Bucket"; allowed: the name of a bucket',
      '  WORKS_CACHE: is "sometimes"; allowed: one of keep, per-request',
      '  STORAGE_API_ENDPOINT: is "storage.googleapis.com"; allowed: http://host[:port] or https://host[:port]',
    ]);
  });

  test('reads, counts, and writes one trace with a line of log in it', async (t) => {
    const { client, program } = await start(t);
    assert.equal(await callOnce(client, 'to be'), '2');
    const line = await program.line('GetMatchCount');
    assert.equal(line.severity, 'INFO');
    program.signal('SIGTERM');
    assert.equal(await program.exit(), 0);
    const spans = program.spans();
    const [rpc] = spans.filter((span) => span.name === SPAN.rpc);
    assert.match(String(line['logging.googleapis.com/trace']), new RegExp(rpc?.traceId ?? 'none'));
    const names = spans.map((span) => span.name);
    for (const name of [SPAN.worksRead, SPAN.worksSearch, 'GET']) assert.ok(names.includes(name));
    assert.equal(program.output.stderr, '');
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`finishes the calls in flight on ${signal}, loses no span and exits 0`, async (t) => {
      const { client, program, storage } = await start(t, { WORKS_CACHE: 'per-request' });
      const held = Promise.withResolvers<void>();
      const allIn = Promise.withResolvers<void>();
      const calls = 10;
      storage.state.fault = (request) => {
        if (request.kind === 'read') return undefined;
        if (storage.lists() === calls) allIn.resolve();
        return { kind: 'run', run: () => held.promise };
      };
      const answers = Array.from({ length: calls }, () => callOnce(client, 'to be'));
      await allIn.promise;
      program.signal(signal);
      await program.line('shutting down');
      program.signal(signal);
      held.resolve();
      assert.deepEqual(await Promise.all(answers), Array(calls).fill('2'));
      assert.equal(await program.exit(), 0);
      assertNoSpanLost(await program.line('telemetry stopped'));
      assert.equal(program.spans().filter((span) => span.name === SPAN.rpc).length, calls);
    });
  }

  test('answers each call it took under load, refuses the later ones, and exits 0 in time', async (t) => {
    const { client, program } = await start(t);
    let answered = 0;
    const failures: number[] = [];
    const loadUntilRefused = async () => {
      for (;;) {
        try {
          await callOnce(client, 'to be');
          answered += 1;
          if (answered === 200) program.signal('SIGTERM');
        } catch (error) {
          failures.push((error as ServiceError).code);
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, loadUntilRefused));
    assert.equal(await program.exit(), 0);
    assert.deepEqual(new Set(failures), new Set([status.UNAVAILABLE]));
    const taken = program.lines.filter((line) => line.message === 'GetMatchCount');
    assert.equal(taken.filter((line) => line.grpcCode === 0).length, answered);
    assert.equal(taken.length, answered);
    assertNoSpanLost(await program.line('telemetry stopped'));
  });

  test('cuts off on SIGTERM a call that hangs, and reports in time what a hung exporter has lost', async (t) => {
    const env = {
      WORKS_CACHE: 'per-request',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: await startHungExporter(t),
    };
    const { client, program, storage } = await start(t, env, { hangs: true });
    const reading = Promise.withResolvers<void>();
    storage.state.fault = () => {
      reading.resolve();
      return { kind: 'run', run: () => new Promise<never>(() => {}) };
    };
    const refused = assert.rejects(callOnce(client, 'love'));
    await reading.promise;
    program.signal('SIGTERM');
    await refused;
    assert.equal(await program.exit(), 0);
    const { spans } = await program.line('telemetry stopped');
    const { started, ended, stored, unknown } = spans as Record<string, number>;
    assert.deepEqual([ended, stored, unknown], [started, 0, started], 'and each was ended first');
  });

  test('names a port that is in use in one line of its log, and exits 1', (t) =>
    assertPortIsReported(t, ENTRY, { WORKS_BUCKET: 'works', WORKS_PREFIX: 'plays/' }));
});
