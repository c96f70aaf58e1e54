import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { createPressure, type Pressure } from '../../../lib/telemetry/pressure.ts';
import { setRunningTelemetry } from '../../../lib/telemetry/running.ts';
import { createApp } from '../../../services/client/app.ts';
import { recordLog } from '../log-lines.ts';

const IDLE = createPressure({ sources: [] });

/** A client whose answers wait for a flush of spans; counts these. */
function start(t: TestContext, pressure: Pressure = IDLE) {
  let flushes = 0;
  const idle = async () => {};
  const beforeResponse = async () => {
    flushes += 1;
  };
  const telemetry = { flush: idle, shutdown: idle, pressure };
  setRunningTelemetry({ ...telemetry, beforeResponse });
  t.after(() => setRunningTelemetry({ ...telemetry, pressure: IDLE }));
  const { logger, lines } = recordLog();
  const app = createApp({
    server: { getMatchCount: async () => 5n, checkHealth: idle, close: () => {} },
    ...{ knownQueries: { love: 5 }, random: () => 0, logger },
  });
  t.after(() => app.close());
  return { app, lines, flushes: () => flushes };
}

test('requests wait for a flush before their response, and probes never do', async (t) => {
  const { app, flushes } = start(t);
  for (const path of ['/health', '/_healthz', '/ready']) await app.inject(path);
  assert.equal(flushes(), 0);
  await app.inject('/?q=love');
  assert.equal(flushes(), 1);
});

test('an answer that cannot be sent after the flush ends the connection, and the log says why', async (t) => {
  // No header has a line break: node throws when the answer is about to be sent.
  const { app, lines } = start(t, { ...IDLE, header: () => '0.5\n' });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', signal: AbortSignal.timeout(30_000) });
  socket.write('GET /?q=love HTTP/1.1\r\nHost: client\r\n\r\n');
  assert.equal(await text(socket), '');
  const [line, ...others] = lines;
  assert.deepEqual(others, []);
  assert.deepEqual([line?.severity, line?.message], ['ERROR', 'GET / 500']);
  assert.match(JSON.stringify(line?.error), /the answer cannot be sent.*ERR_INVALID_CHAR/s);
});
