import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../../../tools/local/platforms/clock.ts';
import { startServiceProxy } from '../../../../../tools/local/platforms/gke/service-proxy.ts';
import { get } from '../cloud-run/harness.ts';

async function startPod(t: TestContext, name: string): Promise<number> {
  const server = createServer((_, response) => response.end(name)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function startProxy(t: TestContext, addedLatencyMs = 0) {
  const proxy = await startServiceProxy({ addedLatencyMs, clock: systemClock });
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
    const { address, setEndpoints } = await startProxy(t, 50);
    setEndpoints([await startPod(t, 'a')]);
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
    t.after(() => socket.destroy());
    for (const _ of [1, 2]) {
      const startMs = performance.now();
      const outgoing = request({ createConnection: () => socket, path: '/' });
      outgoing.setHeader('connection', 'keep-alive');
      outgoing.end();
      const [response] = await once(outgoing, 'response');
      const tookMs = performance.now() - startMs;
      assert.ok(tookMs >= 49 && tookMs < 90, `took ${tookMs} ms`);
      response.resume();
      await once(response, 'end');
    }
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
