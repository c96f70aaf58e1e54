import assert from 'node:assert/strict';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { createApp as createClientApp } from '../../services/client/app.ts';
import { createShakespeareClient } from '../../services/client/shakespeare-client.ts';
import { createApp as createServerApp } from '../../services/server/app.ts';
import { createKeptWorks } from '../../services/server/kept-works.ts';
import { createWorksPerRequest } from '../../services/server/per-request-works.ts';
import { recordLog } from './log-lines.ts';
import { startObjectStore } from './server/object-store.ts';

const MODES = ['keep', 'per-request'] as const;

/** Client and server over HTTP and gRPC on a Storage that never gives the object. */
async function start(t: TestContext, mode: (typeof MODES)[number]) {
  const { storage, store } = await startObjectStore(t, { attempts: 3 });
  storage.put('a', 'to be');
  storage.put('b', 'or not');
  const reading = Promise.withResolvers<void>();
  storage.state.fault = ({ name }) => {
    if (name !== 'b') return undefined;
    return { kind: 'hang', after: 'half', silent: reading.resolve };
  };
  const { logger } = recordLog();
  const works =
    mode === 'keep'
      ? createKeptWorks({ store, ttlMs: 60_000, logger })
      : createWorksPerRequest(store);
  const server = createServerApp({ works, bucket: 'works', prefix: '', logger });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = createShakespeareClient({
    address: { host: '127.0.0.1', port, tls: false, origin: '' },
    deadlineMs: 60_000,
  });
  const options = { server: client, knownQueries: { 'to be': 1 }, random: () => 0 };
  const app = createClientApp({ ...options, logger });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(async () => {
    await app.close();
    client.close();
    await server.drain(0);
  });
  const request = () => {
    const address = { host: '127.0.0.1', port: (app.server.address() as AddressInfo).port };
    return get({ ...address, path: '/?q=to+be', agent: false }).on('error', () => {});
  };
  /** Until Storage has seen that its reader hung up. */
  const abandoned = async () => {
    while (storage.state.abandoned === 0) await settle();
  };
  return { storage, request, reading: reading.promise, abandoned };
}

for (const mode of MODES) {
  describe(`a caller that hangs up, ${mode}`, () => {
    test('ends the reads at Storage, which are not made again', { timeout: 60_000 }, async (t) => {
      const { storage, request, reading, abandoned } = await start(t, mode);
      const outgoing = request();
      await reading;
      outgoing.destroy();
      await abandoned();
      assert.deepEqual(storage.reads().sort(), ['a', 'b']);
    });
  });
}
