import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { assertNoSpanLost, startProgram } from './program.ts';
import { startFakeStorage } from './server/fake-storage.ts';

/** Client and server, each with its own telemetry, which is broken in the same places. */
async function startBoth(
  t: TestContext,
  faults: readonly string[],
  variables: Readonly<Record<string, string>> = {},
) {
  const storage = await startFakeStorage();
  storage.put('plays/a', 'To be\nor not\nto be\n');
  t.after(() => storage.close());
  const start = async (name: 'client' | 'server', own: Record<string, string>) => {
    const program = startProgram(t, {
      entry: `services/${name}/main.ts`,
      env: {
        NODE_OPTIONS: '--import=./test/services/saboteur.ts',
        TRACING_FAULTS: faults.join(', '),
        GOOGLE_CLOUD_PROJECT: 'shakesapp-test',
        OTEL_SERVICE_NAME: name,
        OTEL_TRACES_EXPORTER: 'console',
        OTEL_BSP_SCHEDULE_DELAY: '100',
        SPAN_FLUSH: 'before-response',
        // What hangs is given up, within the time that Cloud Run gives.
        SHUTDOWN_TIMEOUT_MS: '9000',
        OTEL_BSP_EXPORT_TIMEOUT: '500',
        HOST: '127.0.0.1',
        PORT: '0',
        ...variables,
        ...own,
      },
    });
    const { port } = await program.line('listening');
    return { ...program, port: Number(port) };
  };
  const server = await start('server', {
    WORKS_BUCKET: 'works',
    WORKS_PREFIX: 'plays/',
    STORAGE_API_ENDPOINT: storage.origin,
  });
  const client = await start('client', { SERVER_ADDR: `127.0.0.1:${server.port}` });
  return { client, server };
}

async function ask(port: number) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/?q=to+be', headers: HEADERS }, resolve).on(
      'error',
      reject,
    );
  });
  return [response.statusCode, JSON.parse(await text(response))];
}

const HEADERS = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };

describe('a request is answered, and the programs end, where', () => {
  const rows: readonly Readonly<{ faults: readonly string[]; logged: readonly string[] }>[] = [
    { faults: ['sampler throws'], logged: ['startSpan'] },
    {
      faults: ['inject throws', 'extract throws', 'onEnd throws'],
      logged: ['inject', 'extract', 'span processor 1, end'],
    },
    {
      faults: ['flush throws'],
      logged: [],
    },
    { faults: ['flush rejects'], logged: [] },
    { faults: ['flush hangs'], logged: [] },
    { faults: ['getActiveSpan throws'], logged: [] },
    { faults: ['context.with throws'], logged: ['context.with'] },
    // The SDK sets a span's first attributes as it makes the span.
    { faults: ['attributes throw'], logged: ['startSpan'] },
    { faults: ['events throw', 'end throws'], logged: ['span.addEvent', 'span.end'] },
  ];
  for (const { faults, logged } of rows) {
    test(faults.join(', '), async (t) => {
      const { client, server } = await startBoth(t, faults);
      for (let request = 0; request < 3; request++) {
        assert.deepEqual(await ask(client.port), [
          200,
          { query: 'to be', matchCount: 2, match_count: 2 },
        ]);
      }
      for (const program of [client, server]) program.signal('SIGTERM');
      for (const program of [client, server]) {
        assert.equal(await program.exit(), 0);
        assert.equal(program.output.stderr, '');
        assert.equal(program.lines.at(-1)?.message, 'telemetry stopped');
      }
      for (const place of logged) {
        const said = client.lines.filter(({ message }) => message === `tracing failed in ${place}`);
        assert.equal(said.length, 1, `${place}: once, however often it comes`);
      }
    });
  }
});

describe('a request is answered, and every span is stored, where', () => {
  for (const fault of ['resource detection throws', 'resource detection hangs']) {
    test(fault, async (t) => {
      const { client, server } = await startBoth(t, [fault], { OTEL_BSP_EXPORT_TIMEOUT: '5000' });
      for (let request = 0; request < 3; request++) {
        assert.deepEqual(await ask(client.port), [
          200,
          { query: 'to be', matchCount: 2, match_count: 2 },
        ]);
      }
      for (const program of [client, server]) {
        program.signal('SIGTERM');
        assert.equal(await program.exit(), 0);
        assert.equal(program.output.stderr, '');
        assertNoSpanLost(await program.line('telemetry stopped'));
      }
    });
  }
});

describe('a request is answered without a trace, and one line says why, where', () => {
  for (const [fault, variables] of [
    ['the SDK throws', {}],
    ['patching throws', {}],
    ['an exporter throws', { OTEL_TRACES_EXPORTER: 'otlp' }],
  ] as const) {
    test(fault, async (t) => {
      const { client, server } = await startBoth(t, [fault], variables);
      assert.deepEqual(await ask(client.port), [
        200,
        { query: 'to be', matchCount: 2, match_count: 2 },
      ]);
      for (const program of [client, server]) {
        program.signal('SIGTERM');
        assert.equal(await program.exit(), 0);
        assert.equal(program.output.stderr, '');
        const said = program.lines.filter(({ message }) => String(message).startsWith('tracing'));
        assert.deepEqual(
          said.map(({ severity, message, error }) => [
            severity,
            message,
            (error as { message: string }).message,
          ]),
          [['ERROR', 'tracing is off, because it cannot start', 'sabotage']],
        );
        assert.deepEqual(program.spans(), []);
      }
    });
  }
});
