import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { LoadSummary } from '../../../functions/loadgen/contract.ts';
import { assertPortIsReported, startHungExporter } from '../../services/faults.ts';
import { linesOfRefusal, startProgram } from '../../services/program.ts';

const ENTRY = 'functions/loadgen/main.ts';

type Span = Readonly<{
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Readonly<Record<string, unknown>>;
}>;
/** Of OpenTelemetry's kinds of spans. */
const SERVER = 1;
type Counts = Readonly<Record<'started' | 'stored' | 'lost' | 'unknown', number>>;

async function start(
  t: TestContext,
  client: RequestListener,
  { hangs = false, env = {} }: { hangs?: boolean; env?: Record<string, string> } = {},
) {
  const server = http.createServer(client).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const program = startProgram(t, {
    entry: ENTRY,
    hangs,
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      CLIENT_ADDR: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      KNOWN_QUERIES: '{"world":2}',
      GOOGLE_CLOUD_PROJECT: 'test-project',
      OTEL_SERVICE_NAME: 'loadgen',
      OTEL_TRACES_EXPORTER: 'console',
      ...env,
    },
  });
  const port = Number((await program.line('listening')).port);
  const load = (body: string) => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
  /** A POST whose body never comes to its end. */
  const sendHalf = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    t.after(() => socket.destroy());
    socket.write(
      'POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n{',
    );
    // 100 Continue: the program has begun to read it.
    await once(socket, 'data');
  };
  const counts = async () => (await program.line('telemetry stopped')).spans as Counts;
  return { program, load, sendHalf, counts };
}

describe('the program', () => {
  it('told to stop under load answers what is in flight, drops the rest, stores every span', async (t) => {
    const asked = Promise.withResolvers<void>();
    let requests = 0;
    const release = Promise.withResolvers<void>();
    const { program, load, counts } = await start(t, async (_request, response) => {
      if (++requests === 3) asked.resolve();
      await release.promise;
      response.end('{"query":"world","matchCount":2}');
    });
    const answer = load('{"requests":100,"intervalMs":20}');
    await asked.promise;
    program.signal('SIGTERM');
    await program.line('shutting down');
    release.resolve();
    const response = await answer;
    const summary = (await response.json()) as LoadSummary;

    assert.equal(await program.exit(), 0);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('connection'), 'close', 'or it would hold up the exit');
    assert.equal(summary.state, 'stopped');
    assert.equal(summary.ok, requests);
    assert.equal(summary.dropReasons.stopping, 100 - requests);
    const spans = program.lines.flatMap(({ span }) => (span ? [span as Span] : []));
    const roots = spans.filter(({ name }) => name === 'loadgen');
    assert.equal(roots.length, requests);
    for (const root of roots) {
      const trace = spans.filter(({ traceId }) => traceId === root.traceId);
      assert.equal(trace.length, 2, 'the root and its client span');
      assert.equal(trace.filter(({ parentSpanId }) => parentSpanId === root.spanId).length, 1);
    }
    const invocations = spans.filter(({ kind }) => kind === SERVER);
    assert.deepEqual(
      invocations.map(({ name, attributes }) => [name, attributes['http.route']]),
      [['POST /', '/']],
    );
    const { started, stored, lost } = await counts();
    assert.deepEqual([stored, lost], [started, 0]);
    assert.equal(started, 2 * requests + 1, 'and the span of the invocation');
  });

  it('told to stop does not wait for a request that never comes to its end', async (t) => {
    const { program, load, sendHalf, counts } = await start(t, (_request, response) => {
      response.end('{"query":"world","matchCount":2}');
    });
    await (await load('{"requests":1}')).json();
    await sendHalf();
    program.signal('SIGTERM');
    assert.equal(await program.exit(), 0);
    const { started, stored, lost } = await counts();
    assert.deepEqual([stored, lost], [started, 0]);
  });

  it('told to stop where nothing answers, gives up in time, answers, and reports what is lost', async (t) => {
    const asked = Promise.withResolvers<void>();
    const { program, load, sendHalf, counts } = await start(t, () => asked.resolve(), {
      hangs: true,
      env: {
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: await startHungExporter(t),
      },
    });
    const answer = load('{"requests":1}');
    await asked.promise;
    await sendHalf();
    program.signal('SIGTERM');
    const summary = (await (await answer).json()) as LoadSummary;
    assert.deepEqual(summary.errors, { stopped: 1 });
    assert.equal(await program.exit(), 0);
    const { stored, unknown, started } = await counts();
    assert.deepEqual([stored, unknown], [0, started]);
  });

  it('told to stop under a flood of runs that hang has refused most of them, and counts every span', async (t) => {
    let asked = 0;
    const full = Promise.withResolvers<void>();
    const { program, load, counts } = await start(
      t,
      () => {
        if (++asked === 20) full.resolve();
      },
      { hangs: true, env: { OTEL_TRACES_EXPORTER: 'none', LOADGEN_MAX_REQUESTS: '2000' } },
    );
    const body = '{"requests":1000,"intervalMs":0,"maxInFlight":10}';
    const seen = { refused: 0 };
    const refused = Promise.withResolvers<void>();
    const answers = Array.from({ length: 20 }, async () => {
      const { status, headers } = await load(body);
      if (status === 503 && headers.get('retry-after') === '1') seen.refused++;
      if (seen.refused === 18) refused.resolve();
    });
    await Promise.all([full.promise, refused.promise]);
    program.signal('SIGTERM');
    // On a busy machine the program may end before an answer is out.
    await Promise.allSettled(answers);
    assert.equal(seen.refused, 18);
    assert.equal(await program.exit(), 0);
    const { stored, lost, started } = await counts();
    assert.deepEqual([stored, lost], [0, started]);
  });

  it('names a port that is in use in one line of its log, and exits 1', (t) =>
    assertPortIsReported(t, ENTRY, { CLIENT_ADDR: 'client:80' }));

  it('lists every wrong variable, exits 2 and opens nothing', async (t) => {
    const lines = await linesOfRefusal(t, ENTRY, {
      PORT: '70000',
      CLIENT_ADDR: 'http://client',
      KNOWN_QUERIES: '{"world":-1}',
      LOADGEN_MAX_RUN_SECONDS: '0',
      OTEL_SERVICE_NAME: 'loadgen',
    });
    const [title, ...problems] = lines;
    assert.equal(title, '5 environment variables are wrong:');
    assert.deepEqual(
      problems.map((line) => line.trim().split(';')[0]),
      [
        'GOOGLE_CLOUD_PROJECT: is not set',
        'PORT: is "70000"',
        'CLIENT_ADDR: is "http://client"',
        'KNOWN_QUERIES: is "{\\"world\\":-1}"',
        'LOADGEN_MAX_RUN_SECONDS: is "0"',
      ],
    );
  });
});
