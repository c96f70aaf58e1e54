import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createListener } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { startServiceProxy } from '../../../../../tools/local/platforms/gke/service-proxy.ts';
import { platformClock } from '../../../../../tools/local/platforms/platform.ts';
import { get } from '../cloud-run/harness.ts';
import { createManualClock } from '../manual-clock.ts';

async function startPod(t: TestContext, name: string): Promise<number> {
  const server = createServer((_, response) => response.end(name)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A pod that only listens; what comes in stays to be read. */
async function listen(t: TestContext) {
  const server = createListener({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('connection', (socket) => t.after(() => socket.destroy()));
  t.after(() => server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

async function startProxy(
  t: TestContext,
  { addedLatencyMs, clock } = { addedLatencyMs: 0, clock: platformClock },
) {
  const proxy = await startServiceProxy({ addedLatencyMs, clock });
  t.after(proxy.close);
  const ask = async () => (await get(`http://${proxy.address}/`)).body;
  return { ...proxy, ask };
}

describe('startServiceProxy', () => {
  it('spreads connections over the ready pods and follows them as they change', async (t) => {
    const [a, b] = await Promise.all([startPod(t, 'a'), startPod(t, 'b')]);
    const { setEndpoints, ask } = await startProxy(t);
    setEndpoints([a, b]);
    assert.deepEqual([await ask(), await ask()].sort(), ['a', 'b']);
    setEndpoints([b]);
    assert.deepEqual([await ask(), await ask()], ['b', 'b']);
  });

  it('breaks a connection off where no pod is ready', async (t) => {
    const { ask } = await startProxy(t);
    await assert.rejects(ask(), { code: 'ECONNRESET' });
  });

  it('breaks a connection off where the pod takes none', async (t) => {
    const { setEndpoints, ask } = await startProxy(t);
    setEndpoints([1]);
    await assert.rejects(ask(), { code: 'ECONNRESET' });
  });

  it('adds its latency once to a request, on a kept connection too', async (t) => {
    const clock = createManualClock();
    const { address, setEndpoints } = await startProxy(t, { addedLatencyMs: 50, clock });
    const pod = await listen(t);
    setEndpoints([pod.port]);
    const caller = connect(Number(address.split(':')[1]), '127.0.0.1');
    t.after(() => caller.destroy());
    const [at] = await once(pod.server, 'connection');
    for (const piece of ['one', 'two']) {
      const scheduled = clock.scheduled();
      caller.write(piece);
      await scheduled;
      clock.advance(49);
      await new Promise(setImmediate);
      assert.equal(at.read(), null, 'not a millisecond early');
      const arrived = once(at, 'readable');
      clock.advance(1);
      await arrived;
      assert.equal(String(at.read()), piece);
      // the answer goes back at once
      at.write(piece);
      assert.equal(String((await once(caller, 'data'))[0]), piece);
    }
  });

  it('keeps the end of what a caller sends behind it', async (t) => {
    const clock = createManualClock();
    const { address, setEndpoints } = await startProxy(t, { addedLatencyMs: 50, clock });
    const pod = await listen(t);
    setEndpoints([pod.port]);
    const caller = connect(Number(address.split(':')[1]), '127.0.0.1');
    t.after(() => caller.destroy());
    const [at] = await once(pod.server, 'connection');
    const scheduled = clock.scheduled(2);
    caller.end('all');
    await scheduled;
    clock.advance(50);
    assert.equal(String(Buffer.concat(await at.toArray())), 'all');
  });

  it('lets go of the pod when the caller breaks off', async (t) => {
    const { address, setEndpoints } = await startProxy(t);
    const pod = await listen(t);
    setEndpoints([pod.port]);
    const caller = connect(Number(address.split(':')[1]), '127.0.0.1');
    const [at] = await once(pod.server, 'connection');
    const ended = once(at.resume(), 'end');
    caller.resetAndDestroy();
    await ended;
  });

  it('leaves no connection open when it closes', async (t) => {
    const { address, setEndpoints, close } = await startProxy(t);
    setEndpoints([await startPod(t, 'a')]);
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await close();
    await closed;
  });
});
