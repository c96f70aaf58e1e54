import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { watchConnection } from '../../../lib/telemetry/request-connection.ts';

for (const [scheme, { request }, isConnected] of [
  ['http', http, true],
  ['https', https, false],
] as const) {
  const title = isConnected ? 'has a connection' : 'has none before the TLS handshake';
  test(`over ${scheme} a request ${title}`, { timeout: 30_000 }, async (t) => {
    // Accepts connections, and says nothing.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const outgoing = request(`${scheme}://127.0.0.1:${port}`);
    t.after(() => {
      outgoing.on('error', () => {}).destroy();
      server.close();
    });
    const connected = watchConnection(outgoing);
    assert.equal(connected(), false);
    outgoing.end();
    const [socket] = (await once(outgoing, 'socket')) as [Socket];
    await once(socket, 'connect');
    assert.equal(connected(), isConnected);
  });
}
