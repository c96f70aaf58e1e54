import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { createApp } from '../../../services/client/app.ts';
import { recordLog } from '../log-lines.ts';

/** A client, and a connection to it that was used once and is kept alive. */
async function keepAlive(t: TestContext, lastUseMs: number) {
  const app = createApp({
    server: { getMatchCount: async () => 5n, checkHealth: async () => {}, close: () => {} },
    knownQueries: { love: 5 },
    random: () => 0,
    logger: recordLog().logger,
    limits: { connections: 10, requests: 2, receiveTimeoutMs: 60_000, lastUseMs },
  });
  t.after(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => socket.destroy());
  const ask = () => socket.write('GET /?q=love HTTP/1.1\r\nHost: client\r\n\r\n');
  ask();
  await once(socket, 'data');
  return { app, socket, ask };
}

test('client that stops answers a request on a connection kept alive, and closes it then', async (t) => {
  const { app, socket, ask } = await keepAlive(t, 600_000);
  const closed = app.close();
  ask();
  assert.match(
    await text(socket),
    /^HTTP\/1.1 200 OK\r\n.*connection: close\r\n.*"matchCount":5/is,
  );
  await closed;
});

test('client that stops waits a time, and no longer, for a connection that nobody uses', async (t) => {
  const { app, socket } = await keepAlive(t, 1);
  const ended = text(socket);
  await app.close();
  assert.equal(await ended, '');
});
