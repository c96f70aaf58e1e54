import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createShakespeareClient } from '../../services/client/shakespeare-client.ts';
import { createApp } from '../../services/server/app.ts';
import { createKeptWorks } from '../../services/server/kept-works.ts';
import { createWorksPerRequest } from '../../services/server/per-request-works.ts';
import { holdTimeouts } from '../lib/held-timeouts.ts';
import { recordLog } from './log-lines.ts';
import type { FakeRequest, Fault } from './server/fake-storage.ts';
import { startObjectStore } from './server/object-store.ts';

/*
 * Client's channel and server both repeat what fails. Whoever does, one request asks Storage for each
 * page and each object three times at most.
 */

const MODES = ['keep', 'per-request'] as const;
type Mode = (typeof MODES)[number];

/** The real client on the real server on the library that reads a misbehaving Storage. */
async function start(t: TestContext, mode: Mode, { pageSize = 1_000, attempts = 3 } = {}) {
  const { storage, store } = await startObjectStore(t, { attempts }, pageSize);
  const { logger, lines } = recordLog();
  const works =
    mode === 'keep'
      ? createKeptWorks({ store, ttlMs: 60_000, logger })
      : createWorksPerRequest(store);
  const app = createApp({ works, bucket: 'works', prefix: '', logger });
  const port = await app.listen({ host: '127.0.0.1', port: 0 });
  const line = await startLine(t, port);
  const client = createShakespeareClient({
    address: { host: '127.0.0.1', port: line.port, tls: false, origin: '' },
    deadlineMs: 60_000,
  });
  t.after(async () => {
    client.close();
    await app.drain(0);
  });
  return { storage, client, line, lines };
}

/** The TCP connections between client and server, to be cut. */
async function startLine(t: TestContext, serverPort: number) {
  const sockets = new Set<Socket>();
  const line = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}));
  }).listen(0, '127.0.0.1');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  await once(line, 'listening');
  t.after(() => {
    line.close();
    cut();
  });
  return { port: (line.address() as AddressInfo).port, cut };
}

type Place = Readonly<{ name: string; isHit: (request: FakeRequest) => boolean }>;
const PLACES: readonly Place[] = [
  { name: 'the first page', isHit: ({ kind, page }) => kind === 'list' && page === 0 },
  { name: 'the third page', isHit: ({ kind, page }) => kind === 'list' && page === 2 },
  { name: 'an object', isHit: ({ name }) => name === 'b' },
];

const TRANSIENT: readonly (readonly [title: string, fault: Fault])[] = [
  ['503', { kind: 'status', status: 503 }],
  ['429', { kind: 'status', status: 429 }],
  ['a reset', { kind: 'reset' }],
  ['silence', { kind: 'hang', after: 'request' }],
];
const OF_OBJECTS: typeof TRANSIENT = [
  ['a truncated body', { kind: 'truncated' }],
  ['a wrong checksum', { kind: 'corrupt', hash: 'matching' }],
];

/** Times that each page and each object was asked for. */
function countAsked(requests: readonly FakeRequest[]): Record<string, number> {
  const keys = requests.map(({ kind, name, page }) => (kind === 'list' ? `page ${page}` : name));
  return Object.fromEntries(
    [...new Set(keys)].map((key) => [key, keys.filter((k) => k === key).length]),
  );
}

for (const mode of MODES) {
  describe(`one request, ${mode}`, () => {
    for (const place of PLACES) {
      const rows = place.name === 'an object' ? [...TRANSIENT, ...OF_OBJECTS] : TRANSIENT;
      for (const [title, fault] of rows) {
        test(`asks three times where ${place.name} gives ${title}`, async (t) => {
          const timeouts = holdTimeouts(t);
          const { storage, client } = await start(t, mode, { pageSize: 1 });
          for (const name of ['a', 'b', 'c']) storage.put(name, 'to be');
          const silent = () => timeouts.pass(60_000);
          storage.state.fault = (request) =>
            place.isHit(request)
              ? fault.kind === 'hang'
                ? { ...fault, silent }
                : fault
              : undefined;
          await assert.rejects(client.getMatchCount('to be'), { kind: 'unavailable' });
          const asked = countAsked(storage.requests);
          assert.equal(Math.max(...Object.values(asked)), 3, JSON.stringify(asked));
          assert.equal(storage.requests.filter(place.isHit).length, 3);
        });
      }

      const permanent = place.name === 'an object' ? [401, 403] : [401, 403, 404];
      for (const status of permanent) {
        test(`asks once where ${place.name} gives ${status}`, async (t) => {
          const { storage, client } = await start(t, mode, { pageSize: 1 });
          for (const name of ['a', 'b', 'c']) storage.put(name, 'to be');
          storage.state.fault = (request) =>
            place.isHit(request) ? { kind: 'status', status } : undefined;
          await assert.rejects(client.getMatchCount('to be'), { kind: 'failedPrecondition' });
          assert.equal(Math.max(...Object.values(countAsked(storage.requests))), 1);
        });
      }
    }

    test('lists three times where an object is always gone', async (t) => {
      const { storage, client } = await start(t, mode, { pageSize: 1 });
      for (const name of ['a', 'b', 'c']) storage.put(name, 'to be');
      storage.state.fault = ({ name }) =>
        name === 'b' ? { kind: 'status', status: 404 } : undefined;
      await assert.rejects(client.getMatchCount('to be'), { kind: 'unavailable' });
      const asked = countAsked(storage.requests);
      assert.equal(Math.max(...Object.values(asked)), 3, JSON.stringify(asked));
    });

    test('asks three times in all where pages fail and objects are replaced, too', async (t) => {
      const { storage, client } = await start(t, mode);
      let generation = 1;
      storage.put('a', 'to be');
      storage.state.fault = ({ kind }, earlier) => {
        if (kind === 'list' && earlier === 0) return { kind: 'status', status: 503 };
        const run = () => storage.put('a', 'to be', String(++generation));
        return kind === 'read' ? { kind: 'run', run } : undefined;
      };
      await assert.rejects(client.getMatchCount('to be'), { kind: 'unavailable' });
      assert.deepEqual(countAsked(storage.requests), { 'page 0': 3, a: 2 });
    });

    test('asks three times where the connection to the server is cut each time', async (t) => {
      const { storage, client, line } = await start(t, mode);
      storage.put('a', 'to be');
      storage.state.fault = ({ kind }) =>
        kind === 'read' ? { kind: 'hang', after: 'request', silent: line.cut } : undefined;
      await assert.rejects(client.getMatchCount('to be'), { kind: 'unavailable' });
      assert.deepEqual(countAsked(storage.requests), { 'page 0': 3, a: 3 });
    });

    test('asks once for each of three calls that are cut, where one attempt is allowed', async (t) => {
      const { storage, client, line } = await start(t, mode, { attempts: 1 });
      storage.put('a', 'to be');
      storage.state.fault = ({ kind }) =>
        kind === 'read' ? { kind: 'hang', after: 'request', silent: line.cut } : undefined;
      await assert.rejects(client.getMatchCount('to be'), { kind: 'unavailable' });
      assert.deepEqual(countAsked(storage.requests), { 'page 0': 3, a: 3 });
    });

    test('asks three times where the connection is cut and then Storage fails', async (t) => {
      const { storage, client, line } = await start(t, mode);
      storage.put('a', 'to be');
      storage.state.fault = ({ kind }, earlier) => {
        if (kind === 'list') return undefined;
        if (earlier === 0) return { kind: 'hang', after: 'request', silent: line.cut };
        return { kind: 'status', status: 503 };
      };
      await assert.rejects(client.getMatchCount('to be'), { kind: 'unavailable' });
      assert.deepEqual(countAsked(storage.requests), { 'page 0': 2, a: 3 });
    });

    test('is not sent again once the server has asked Storage a second time', async (t) => {
      const { storage, client, line } = await start(t, mode);
      storage.put('a', 'to be');
      // The answer's headers came before that of a call made after them.
      const silent = () => void client.checkHealth().then(line.cut);
      storage.state.fault = ({ kind }, earlier) => {
        if (kind === 'list') return undefined;
        if (earlier === 0) return { kind: 'status', status: 503 };
        return { kind: 'hang', after: 'request', silent };
      };
      await assert.rejects(client.getMatchCount('to be'), { kind: 'unavailable' });
      assert.deepEqual(countAsked(storage.requests), { 'page 0': 1, a: 2 });
    });
  });
}

test('requests that share a load share its attempts', async (t) => {
  const { storage, client } = await start(t, 'keep');
  storage.put('a', 'to be');
  const together = Promise.withResolvers<void>();
  storage.state.fault = (request, earlier) => {
    if (request.kind === 'read') return { kind: 'status', status: 503 };
    return earlier === 0 ? { kind: 'run', run: () => together.promise } : undefined;
  };
  const calls = Array.from({ length: 10 }, () => client.getMatchCount('to be'));
  // The last call has arrived once this one, sent after it on the same connection, is answered.
  await client.checkHealth();
  together.resolve();
  for (const call of await Promise.allSettled(calls)) assert.equal(call.status, 'rejected');
  assert.deepEqual(countAsked(storage.requests), { 'page 0': 1, a: 3 });
});
