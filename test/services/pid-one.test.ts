import assert from 'node:assert/strict';
import { get } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { createApp } from '../../services/server/app.ts';
import type { Works } from '../../services/server/works.ts';
import { startHungExporter } from './faults.ts';
import { recordLog } from './log-lines.ts';
import { AS_PID_ONE, noPidOne, pidOne, signalledEarly } from './pid-one.ts';
import { startProgram } from './program.ts';

const ENTRIES = [
  'functions/loadgen/main.ts',
  'services/client/main.ts',
  'services/server/main.ts',
] as const;

/** The program as PID 1, with every peer hung; `signal` signals it from outside, as a platform does. */
async function start(
  t: TestContext,
  entry: string,
  env: Record<string, string> = {},
  hangs = false,
) {
  const hung = await startHungExporter(t);
  const { host } = new URL(hung);
  const program = startProgram(t, {
    entry,
    under: AS_PID_ONE,
    hangs,
    env: {
      PATH: process.env.PATH ?? '',
      GOOGLE_CLOUD_PROJECT: 'test-project',
      OTEL_SERVICE_NAME: 'test',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: hung,
      HOST: '127.0.0.1',
      PORT: '0',
      CLIENT_ADDR: host,
      SERVER_ADDR: host,
      STORAGE_API_ENDPOINT: hung,
      ...env,
    },
  });
  return { ...program, signal: (name: NodeJS.Signals) => process.kill(pidOne(program.pid), name) };
}

const reason = noPidOne();
if (reason) console.log(`skipped: ${reason}`);

describe('as PID 1', { skip: reason ?? false }, () => {
  for (const entry of ENTRIES) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      test(`${entry} ends with 0 on ${signal} before its modules are loaded`, async (t) => {
        const program = await start(t, entry, signalledEarly(signal));
        assert.equal(await program.exit(), 0);
        // Where all modules are loaded in one turn, the program's own handler comes first.
        const ends = ['told to stop before the program had started', 'telemetry stopped'];
        assert.ok(ends.includes(String(program.lines.at(-1)?.message)));
      });
    }

    test(`${entry} ends with 0 and its count on SIGTERM once it listens`, async (t) => {
      const program = await start(t, entry);
      await program.line('listening');
      program.signal('SIGTERM');
      assert.equal(await program.exit(), 0);
      assert.equal(program.lines.at(-1)?.message, 'telemetry stopped');
    });
  }

  test('a request that hangs and two more signals change nothing of that', async (t) => {
    const reading = Promise.withResolvers<void>();
    const server = await startHungServer(t, reading.resolve);
    const env = { SERVER_ADDR: server, TIME_PASSES_FROM: 'SIGINT' };
    const program = await start(t, 'services/client/main.ts', env, true);
    const { port } = await program.line('listening');
    const answered = request(Number(port));
    await reading.promise;
    program.signal('SIGTERM');
    await program.line('shutting down');
    program.signal('SIGTERM');
    program.signal('SIGINT');
    await answered;
    assert.equal(await program.exit(), 0);
    assert.equal(program.lines.filter(({ message }) => message === 'shutting down').length, 1);
    const { spans } = await program.line('telemetry stopped');
    const { started, ended, stored, unknown } = spans as Record<string, number>;
    assert.deepEqual([started, ended, stored, unknown], [3, 3, 0, 3]);
  });
});

/** The address of a server whose works are never read. */
async function startHungServer(t: TestContext, onRead: () => void): Promise<string> {
  const works: Works = {
    read() {
      onRead();
      return new Promise(() => {});
    },
    close() {},
  };
  const app = createApp({ works, bucket: 'b', prefix: 'p', logger: recordLog().logger });
  const port = await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.drain(100));
  return `127.0.0.1:${port}`;
}

/** Resolves whatever comes of it. */
function request(port: number): Promise<void> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/?q=love' }, (response) => {
      response.resume().once('close', resolve);
    }).once('error', () => resolve());
  });
}
