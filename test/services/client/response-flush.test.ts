import assert from 'node:assert/strict';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { createPressure, type Pressure } from '../../../lib/telemetry/pressure.ts';
import { setRunningTelemetry } from '../../../lib/telemetry/running.ts';
import { createApp } from '../../../services/client/app.ts';
import { type LogLine, recordLog } from '../log-lines.ts';

const IDLE = createPressure({ sources: [] });

/** A client whose answers wait for a flush of spans. */
function start(t: TestContext, beforeResponse: () => Promise<void>, pressure: Pressure = IDLE) {
  const idle = async () => {};
  const telemetry = { flush: idle, shutdown: idle, beforeResponse };
  setRunningTelemetry({ ...telemetry, pressure });
  t.after(() => setRunningTelemetry({ ...telemetry, beforeResponse: idle, pressure: IDLE }));
  const { logger, lines } = recordLog();
  const app = createApp({
    server: { getMatchCount: async () => 5n, checkHealth: idle, close: () => {} },
    ...{ knownQueries: { love: 5 }, random: () => 0, logger },
  });
  t.after(() => app.close());
  return { app, lines };
}

async function send(app: FastifyInstance, path: string): Promise<Socket> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', signal: AbortSignal.timeout(30_000) });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: client\r\n\r\n`);
  return socket;
}

async function logged(lines: readonly LogLine[], count: number): Promise<void> {
  const deadline = AbortSignal.timeout(30_000);
  while (lines.length < count) {
    deadline.throwIfAborted();
    await setImmediate();
  }
}

test('requests wait for a flush before their response, and probes never do', async (t) => {
  let flushes = 0;
  const { app } = start(t, async () => {
    flushes += 1;
  });
  for (const path of ['/health', '/_healthz', '/ready']) await app.inject(path);
  assert.equal(flushes, 0);
  await app.inject('/?q=love');
  assert.equal(flushes, 1);
});

describe('an answer that cannot be sent after the flush', () => {
  // No header has a line break: node throws when the answer is about to be sent.
  const broken = { ...IDLE, header: () => '0.5\n' };

  for (const [what, path, answer] of [
    ['of a search', '/?q=love', undefined],
    ['that names a failure', '/missing', /^there is no such path/],
  ] as const) {
    it(`${what} ends the connection and has the status 500, and the log says why`, async (t) => {
      const { app, lines } = start(t, async () => {}, broken);
      const statuses: number[] = [];
      app.server.on('request', (_request, response) => {
        response.once('close', () => statuses.push(response.statusCode));
      });
      assert.equal(await text(await send(app, path)), '');
      const [line, ...others] = lines;
      assert.deepEqual(others, []);
      const [asked] = path.split('?');
      assert.deepEqual([line?.severity, line?.message], ['ERROR', `GET ${asked} 500`]);
      const error = line?.error as { message: string; stack: string; answer?: { message: string } };
      assert.match(error.message, /^the answer cannot be sent: Invalid character in header/);
      assert.match(error.stack, /ERR_INVALID_CHAR/);
      if (answer) assert.match(error.answer?.message ?? '', answer);
      else assert.equal(error.answer, undefined);
      // The instrumentation of HTTP reads it at this moment, for the server span.
      assert.deepEqual(statuses, [500]);
    });
  }

  it('is logged by itself if the caller has left during the flush', async (t) => {
    const flush = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const beforeResponse = () => {
      begun.resolve();
      return flush.promise;
    };
    const { app, lines } = start(t, beforeResponse, broken);
    const socket = await send(app, '/?q=love');
    await begun.promise;
    socket.destroy();
    await logged(lines, 1);
    flush.resolve();
    await logged(lines, 2);
    assert.deepEqual(
      lines.map(({ severity, message }) => [severity, message]),
      [
        ['INFO', 'GET / 499'],
        ['ERROR', 'the answer cannot be sent'],
      ],
    );
    assert.match(JSON.stringify(lines[1]?.error), /ERR_INVALID_CHAR/);
  });
});
