import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { reservePort } from '../../../../tools/local/platforms/ports.ts';
import { startRelay } from '../../../../tools/local/platforms/relay.ts';

async function setUp(t: TestContext) {
  const server = createServer((_request, response) => response.end('here')).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port: itsPort } = server.address() as { port: number };
  const { port, release } = await reservePort();
  t.after(release);
  const relay = startRelay({ port, to: { host: '127.0.0.1', port: itsPort } });
  t.after(relay.kill);
  return { relay, port, server };
}

async function ask(port: number): Promise<string> {
  const [response] = (await once(get({ port, host: '127.0.0.1', agent: false }), 'response')) as [
    IncomingMessage,
  ];
  return Buffer.concat(await response.toArray()).toString();
}

describe('startRelay', () => {
  it('passes on to the program what arrives at its port', async (t) => {
    const { port } = await setUp(t);
    assert.equal(await ask(port), 'here');
  });

  it('closes the connection where nothing is at the address, and passes on once it is', async (t) => {
    const { port, server } = await setUp(t);
    const { port: itsPort } = server.address() as { port: number };
    server.close();
    await assert.rejects(ask(port));
    server.listen(itsPort, '127.0.0.1');
    await once(server, 'listening');
    assert.equal(await ask(port), 'here');
  });

  it('ends with open connections, without a signal to anyone', async (t) => {
    const { relay, port } = await setUp(t);
    const open = connect({ port, host: '127.0.0.1' });
    await once(open, 'connect');
    const closed = once(open, 'close');
    assert.deepEqual(await relay.stop(0), { code: 0, signal: null });
    await closed;
    assert.equal(relay.isAlive(), false);
    assert.equal(relay.pid, 0);
  });
});
