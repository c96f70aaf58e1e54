import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { startProgram } from './program.ts';

/**
 * The origin of an OTLP endpoint that takes spans and never answers; not of node:http, which would
 * be traced where the telemetry runs in the test's own process.
 */
export async function startHungExporter(t: TestContext): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a program on a port that is in use, and looks at how it says so. */
export async function assertPortIsReported(
  t: TestContext,
  entry: string,
  env: Record<string, string>,
): Promise<void> {
  const { port } = new URL(await startHungExporter(t));
  const program = startProgram(t, {
    entry,
    env: {
      GOOGLE_CLOUD_PROJECT: 'test-project',
      OTEL_SERVICE_NAME: 'test',
      OTEL_TRACES_EXPORTER: 'none',
      HOST: '127.0.0.1',
      PORT: port,
      ...env,
    },
  });
  assert.equal(await program.exit(), 1);
  assert.equal(program.output.stderr, '');
  const [line, ...others] = program.lines.filter(({ severity }) => severity === 'ERROR');
  assert.deepEqual(others, []);
  assert.deepEqual(
    [line?.severity, line?.message, line?.port],
    ['ERROR', `cannot listen on port ${port}`, Number(port)],
  );
  assert.match(JSON.stringify(line?.error), /EADDRINUSE/);
}
