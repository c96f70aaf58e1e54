import assert from 'node:assert/strict';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { SPAN } from '../../../lib/telemetry/names.ts';
import { createApp as createServerApp } from '../../../services/server/app.ts';
import type { Snapshot, Works } from '../../../services/server/works.ts';
import { assertPortIsReported, startHungExporter } from '../faults.ts';
import { recordLog } from '../log-lines.ts';
import { assertNoSpanLost, linesOfRefusal, startProgram } from '../program.ts';
import { work } from '../server/object-store.ts';

const ENTRY = 'services/client/main.ts';

const snapshot: Snapshot = {
  works: [work({ name: 'a', bytes: 20, lines: 2, loweredParts: ['to be\nor not to be\n'] })],
  bytes: 20,
  lines: 2,
};

/** The real gRPC server over works that can be held up. */
async function startServer(t: TestContext, beforeRead: () => Promise<void>) {
  const works: Works = {
    read: async () => {
      await beforeRead();
      return { snapshot, source: 'kept' };
    },
    close: () => {},
  };
  const app = createServerApp({ works, bucket: 'b', prefix: 'p', logger: recordLog().logger });
  const port = await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.drain(100));
  return port;
}

async function start(
  t: TestContext,
  options: { beforeRead?: () => Promise<void>; hangs?: boolean; env?: Record<string, string> } = {},
) {
  const serverPort = await startServer(t, options.beforeRead ?? (async () => {}));
  const program = startProgram(t, {
    entry: ENTRY,
    hangs: options.hangs ?? false,
    env: {
      GOOGLE_CLOUD_PROJECT: 'shakesapp-test',
      OTEL_SERVICE_NAME: 'client',
      OTEL_TRACES_EXPORTER: 'console',
      HOST: '127.0.0.1',
      PORT: '0',
      SERVER_ADDR: `127.0.0.1:${serverPort}`,
      KNOWN_QUERIES: '{"to be":2}',
      ...options.env,
    },
  });
  const { port } = await program.line('listening');
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const fetchOnce = async (path: string) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) =>
      get({ host: '127.0.0.1', port: Number(port), path, agent }, resolve).on('error', reject),
    );
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  };
  return { program, agent, fetchOnce };
}

describe('services/client/main', () => {
  test('lists five wrong variables at once and exits 2 without opening a socket', async (t) => {
    const lines = await linesOfRefusal(t, ENTRY, {
      PORT: '-1',
      SERVER_ADDR: 'grpc://server:5050',
      SERVER_DEADLINE_MS: '10s',
      OTEL_TRACES_EXPORTER: 'zipkin',
      GOOGLE_CLOUD_PROJECT: 'shakesapp-test',
    });
    const [title, ...problems] = lines;
    assert.equal(title, '5 environment variables are wrong:');
    assert.deepEqual(
      problems.map((line) => line.trim().split(';')[0]),
      [
        'OTEL_SERVICE_NAME: is not set',
        'OTEL_TRACES_EXPORTER: is "zipkin"',
        'PORT: is "-1"',
        'SERVER_ADDR: is "grpc://server:5050"',
        'SERVER_DEADLINE_MS: is "10s"',
      ],
    );
    for (const problem of problems) assert.match(problem, /; allowed: \S/);
  });

  test('refuses a plain-text server on Cloud Run and exits 2 without opening a socket', async (t) => {
    const lines = await linesOfRefusal(t, ENTRY, {
      K_SERVICE: 'client',
      SERVER_ADDR: 'server:5050',
      OTEL_SERVICE_NAME: 'client',
      GOOGLE_CLOUD_PROJECT: 'shakesapp-test',
    });
    assert.deepEqual(lines, [
      '1 environment variable is wrong:',
      '  SERVER_ADDR: is "server:5050"; allowed: on Cloud Run https://host[:port], TLS with an ID token; or set ALLOW_PLAINTEXT_UPSTREAM=true',
    ]);
  });

  test('answers a known query over one traced call, and no span for probes', async (t) => {
    const { program, fetchOnce } = await start(t);
    for (const path of ['/health', '/_healthz', '/ready']) {
      assert.equal((await fetchOnce(path)).status, 200);
    }
    const { status, body } = await fetchOnce('/');
    assert.deepEqual(
      [status, JSON.parse(body)],
      [200, { query: 'to be', matchCount: 2, match_count: 2 }],
    );
    const logged = await program.line('GET / 200');
    program.signal('SIGTERM');
    assert.equal(await program.exit(), 0);
    const spans = program.spans();
    assert.deepEqual(
      spans.map((span) => span.name).sort(),
      ['GET /', SPAN.client, SPAN.rpc].sort(),
    );
    assert.equal(new Set(spans.map((span) => span.traceId)).size, 1);
    assert.match(
      String(logged['logging.googleapis.com/trace']),
      new RegExp(`/${spans[0]?.traceId}$`),
    );
    assert.equal(program.output.stderr, '');
  });

  test('answers a URL that node could warn of, and writes nothing to stderr', async (t) => {
    const { program, fetchOnce } = await start(t);
    for (const [url, status] of [
      ['http://user:password@host:1/?q=to+be', 200],
      ['http://user:password@host:port/?q=to+be', 400],
      ['http://host:99999/', 400],
      ['//user:password@host:99999/?q=%', 404],
      ['/?q=%zz', 400],
      ['host:1', 400],
    ] as const) {
      assert.equal((await fetchOnce(url)).status, status, url);
    }
    program.signal('SIGTERM');
    assert.equal(await program.exit(), 0);
    assert.equal(program.output.stderr, '');
  });

  test('finishes the requests in flight on SIGTERM, loses no span and exits 0', async (t) => {
    const held = Promise.withResolvers<void>();
    const allIn = Promise.withResolvers<void>();
    const requests = 10;
    let reading = 0;
    const beforeRead = () => {
      reading += 1;
      if (reading === requests) allIn.resolve();
      return held.promise;
    };
    const { program, fetchOnce } = await start(t, { beforeRead });
    const answers = Array.from({ length: requests }, () => fetchOnce('/?q=to+be'));
    await allIn.promise;
    program.signal('SIGTERM');
    await program.line('shutting down');
    held.resolve();
    for (const { status, headers } of await Promise.all(answers)) {
      assert.equal(status, 200);
      assert.equal(headers.connection, 'close');
    }
    assert.equal(await program.exit(), 0);
    assertNoSpanLost(await program.line('telemetry stopped'));
    assert.equal(program.spans().filter((span) => span.name === SPAN.client).length, requests);
  });

  test('answers each request it took under load, refuses the later ones, and exits 0', async (t) => {
    const { program, fetchOnce } = await start(t);
    const statuses: (number | undefined)[] = [];
    const loadUntilRefused = async () => {
      for (;;) {
        try {
          statuses.push((await fetchOnce('/?q=to+be')).status);
          if (statuses.length === 200) program.signal('SIGTERM');
        } catch {
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, loadUntilRefused));
    assert.equal(await program.exit(), 0);
    assert.deepEqual(new Set(statuses), new Set([200]));
    const taken = program.lines.filter((line) => line.message === 'GET / 200');
    assert.equal(taken.length, statuses.length);
    assertNoSpanLost(await program.line('telemetry stopped'));
  });

  test('links the line of a request whose caller closed the connection to its trace', async (t) => {
    const reading = Promise.withResolvers<void>();
    const beforeRead = () => {
      reading.resolve();
      return new Promise<never>(() => {});
    };
    const { program, agent, fetchOnce } = await start(t, { beforeRead });
    const answer = fetchOnce('/?q=love');
    await reading.promise;
    agent.destroy();
    await assert.rejects(answer);
    const line = await program.line('GET / 499');
    assert.match(String(line['logging.googleapis.com/trace']), /traces\/[0-9a-f]{32}$/);
  });

  test('stores spans with each answer where SPAN_FLUSH says so', async (t) => {
    const env = { SPAN_FLUSH: 'before-response', OTEL_BSP_SCHEDULE_DELAY: '60000' };
    const { program, fetchOnce } = await start(t, { env });
    await fetchOnce('/?q=to+be');
    // Otherwise none would be seen for a minute.
    await program.line('span');
    assert.ok(program.spans().some((span) => span.name === SPAN.rpc));
  });

  test('cuts off on SIGTERM a call that hangs, and reports in time what a hung exporter has lost', async (t) => {
    const reading = Promise.withResolvers<void>();
    const beforeRead = () => {
      reading.resolve();
      return new Promise<never>(() => {});
    };
    const { program, fetchOnce } = await start(t, {
      beforeRead,
      hangs: true,
      env: {
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: await startHungExporter(t),
      },
    });
    const refused = assert.rejects(fetchOnce('/?q=love'));
    await reading.promise;
    program.signal('SIGTERM');
    await refused;
    assert.equal(await program.exit(), 0);
    const { spans } = await program.line('telemetry stopped');
    const { started, ended, stored, unknown } = spans as Record<string, number>;
    assert.deepEqual([started, ended, stored, unknown], [3, 3, 0, 3], 'and each was ended first');
  });

  test('names a port that is in use in one line of its log, and exits 1', (t) =>
    assertPortIsReported(t, ENTRY, { SERVER_ADDR: 'server:5050' }));
});
