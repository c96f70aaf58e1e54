import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import type { LoadSummary } from '../../../lib/load-request.ts';

type Line = Readonly<{ message?: string; port?: number; span?: Span; spans?: Counts }>;
type Counts = Readonly<{ started: number; stored: number; lost: number }>;
type Span = Readonly<{ name: string; traceId: string; spanId: string; parentSpanId?: string }>;

function start(t: TestContext, env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR',
      '--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER',
      '--import',
      './lib/telemetry/preload.ts',
      'functions/loadgen/main.ts',
    ],
    { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** The JSON lines of a child, and the first that satisfies a condition. */
function readLines(child: ChildProcess) {
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  assert.ok(child.stdout);
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => {
    lines.push(JSON.parse(line));
    for (const look of waiting) look();
  });
  return {
    lines,
    closed: once(reader, 'close'),
    until: (condition: (line: Line) => boolean) =>
      new Promise<Line>((resolve) => {
        const look = () => {
          const found = lines.find(condition);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

describe('the program', () => {
  it('told to stop under load answers what is in flight, drops the rest, stores every span', async (t) => {
    const asked = Promise.withResolvers<void>();
    let requests = 0;
    const release = Promise.withResolvers<void>();
    const client = http.createServer(async (_request, response) => {
      if (++requests === 3) asked.resolve();
      await release.promise;
      response.end('{"query":"world","matchCount":2}');
    });
    client.listen(0, '127.0.0.1');
    await once(client, 'listening');
    t.after(() => {
      client.closeAllConnections();
      client.close();
    });
    const child = start(t, {
      PORT: '0',
      CLIENT_ADDR: `127.0.0.1:${(client.address() as AddressInfo).port}`,
      KNOWN_QUERIES: '{"world":2}',
      GOOGLE_CLOUD_PROJECT: 'test-project',
      OTEL_SERVICE_NAME: 'loadgen',
      OTEL_TRACES_EXPORTER: 'console',
    });
    const output = readLines(child);
    const { port } = await output.until(({ message }) => message === 'listening');
    const answer = fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body: '{"requests":100,"intervalMs":20}',
    });
    await asked.promise;
    child.kill('SIGTERM');
    await output.until(({ message }) => message === 'shutting down');
    release.resolve();
    const response = await answer;
    const summary = (await response.json()) as LoadSummary;
    const [code] = await once(child, 'exit');
    await output.closed;

    assert.equal(code, 0);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('connection'), 'close', 'or it would hold up the exit');
    assert.equal(summary.state, 'stopped');
    assert.equal(summary.ok, requests);
    assert.equal(summary.dropReasons.stopping, 100 - requests);
    const spans = output.lines.flatMap(({ span }) => span ?? []);
    const roots = spans.filter(({ name }) => name === 'loadgen');
    assert.equal(roots.length, requests);
    for (const root of roots) {
      const trace = spans.filter(({ traceId }) => traceId === root.traceId);
      assert.equal(trace.length, 2, 'the root and its client span');
      assert.equal(trace.filter(({ parentSpanId }) => parentSpanId === root.spanId).length, 1);
    }
    const stopped = output.lines.find(({ message }) => message === 'telemetry stopped');
    assert.ok(stopped?.spans);
    const { started, stored, lost } = stopped.spans;
    assert.deepEqual([stored, lost], [started, 0]);
    assert.equal(started, 2 * requests + 1, 'and the span of the invocation');
  });

  it('lists every wrong variable, exits 2 and opens nothing', async (t) => {
    const child = start(t, {
      PORT: '70000',
      CLIENT_ADDR: 'http://client',
      KNOWN_QUERIES: '{"world":-1}',
      LOADGEN_MAX_RUN_SECONDS: '0',
      OTEL_SERVICE_NAME: 'loadgen',
    });
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    let stdout = '';
    child.stdout?.on('data', (chunk) => {
      stdout += chunk;
    });
    const [code] = await once(child, 'close');
    assert.equal(code, 2);
    assert.match(stderr, /^5 environment variables are wrong:/);
    for (const variable of [
      'GOOGLE_CLOUD_PROJECT: is not set',
      'PORT: is "70000"',
      'CLIENT_ADDR: is "http://client"',
      'KNOWN_QUERIES: is "{\\"world\\":-1}"',
      'LOADGEN_MAX_RUN_SECONDS: is "0"',
    ]) {
      assert.ok(stderr.includes(variable), `${variable} missing in ${stderr}`);
    }
    assert.equal(stdout, '');
  });
});
