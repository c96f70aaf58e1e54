import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http, { type RequestListener, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import tls from 'node:tls';
import { createClientRequests, type FailureKind } from '../../../functions/loadgen/request.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Identity } from '../../../lib/identity.ts';
import { PRESSURE_HEADER } from '../../../lib/telemetry/names.ts';
import { createAuthority } from '../../../tools/local/cloud/identity/certificates.ts';
import { runUnderPressure } from '../../lib/telemetry/running-pressure.ts';
import { createFakeClock } from './fake-clock.ts';

const { signal } = new AbortController();
const TIMEOUT_MS = 60_000;

async function serve(t: TestContext, listener: RequestListener) {
  const server = http.createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

function connect(
  t: TestContext,
  port: number,
  options: { identity?: Identity; clock?: Clock; maxSockets?: number } = {},
) {
  const origin = `http://127.0.0.1:${port}`;
  const requests = createClientRequests({
    address: { host: '127.0.0.1', port, tls: false, origin },
    timeoutMs: TIMEOUT_MS,
    maxSockets: 10,
    ...options,
  });
  t.after(() => requests.close());
  return requests;
}

describe('createClientRequests', () => {
  it('gives status and body of any complete answer', async (t) => {
    const { port } = await serve(t, (request, response) => {
      response.statusCode = 503;
      response.end(`asked ${request.method} ${request.url}`);
    });
    const answer = await connect(t, port).get('/?q=a%20b', signal);
    assert.deepEqual(answer, { status: 503, body: 'asked GET /?q=a%20b' });
  });

  it('hears from an answer of any status how full the queues of spans are', async (t) => {
    const pressure = runUnderPressure(t, 0);
    const { port } = await serve(t, (_request, response) => {
      response.writeHead(503, { [PRESSURE_HEADER]: '0.5' }).end();
    });
    await connect(t, port).get('/', signal);
    assert.equal(pressure(), 0.5);
  });

  it('keeps its connection for the next request', async (t) => {
    let connections = 0;
    const { server, port } = await serve(t, (_request, response) => response.end('ok'));
    server.on('connection', () => connections++);
    const requests = connect(t, port);
    for (let round = 0; round < 3; round++) await requests.get('/', signal);
    assert.equal(connections, 1);
  });

  it('opens as many connections as it may, and the next request waits for one of them', async (t) => {
    const held: ServerResponse[] = [];
    const both = Promise.withResolvers<void>();
    let connections = 0;
    const { server, port } = await serve(t, (_request, response) => {
      if (held.length === 2) return response.end('ok');
      if (held.push(response) === 2) both.resolve();
    });
    server.on('connection', () => connections++);
    const requests = connect(t, port, { maxSockets: 2 });
    const answers = Array.from({ length: 5 }, () => requests.get('/', signal));
    await both.promise;
    for (const response of held) response.end('ok');
    for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
    assert.equal(connections, 2);
  });

  // Node times this by its own clock, which no test can move.
  it('closes a connection that nobody has used for 4 s', { timeout: 60_000 }, async (t) => {
    const ended = Promise.withResolvers<void>();
    const { server, port } = await serve(t, (_request, response) => response.end('ok'));
    // By itself the server would close it after 5 s.
    server.keepAliveTimeout = 0;
    server.on('connection', (socket) => socket.on('close', () => ended.resolve()));
    await connect(t, port).get('/', signal);
    await ended.promise;
  });

  it('ends its idle connections when it is closed', { timeout: 60_000 }, async (t) => {
    const ended = Promise.withResolvers<void>();
    const { server, port } = await serve(t, (_request, response) => response.end('ok'));
    server.on('connection', (socket) => socket.on('close', () => ended.resolve()));
    const requests = connect(t, port);
    await requests.get('/', signal);
    requests.close();
    await ended.promise;
  });

  it('sends an ID token where it has an identity, and none otherwise', async (t) => {
    const { port } = await serve(t, (request, response) =>
      response.end(request.headers.authorization ?? 'none'),
    );
    const identity = { getIdToken: async () => 'the.id.token', discardToken: () => true };
    assert.equal(
      (await connect(t, port, { identity }).get('/', signal)).body,
      'Bearer the.id.token',
    );
    assert.equal((await connect(t, port).get('/', signal)).body, 'none');
  });

  for (const [status, discards] of [
    [401, 1],
    [403, 0],
    [200, 0],
  ] as const) {
    it(`discards its ID token ${discards} times after ${status}, and sends no second request`, async (t) => {
      let requests = 0;
      const { port } = await serve(t, (_request, response) => {
        requests += 1;
        response.writeHead(status).end();
      });
      let discarded = 0;
      const identity = {
        getIdToken: async () => 'the.id.token',
        discardToken: () => {
          discarded += 1;
          return true;
        },
      };
      assert.equal((await connect(t, port, { identity }).get('/', signal)).status, status);
      assert.deepEqual([discarded, requests], [discards, 1]);
    });
  }

  it('says how long it waits, less what its token took', async (t) => {
    const { port } = await serve(t, (request, response) =>
      response.end(String(request.headers['shakesapp-timeout-ms'])),
    );
    let nowMs = 1_000;
    t.mock.method(performance, 'now', () => nowMs);
    const identity = {
      getIdToken: async () => {
        nowMs += 20_000;
        return 'the.id.token';
      },
      discardToken: () => true,
    };
    assert.equal((await connect(t, port, { identity }).get('/', signal)).body, '40000');
    assert.equal((await connect(t, port).get('/', signal)).body, '60000');
  });

  it('speaks TLS to an https address', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'shakesapp-'));
    t.after(() => rm(directory, { recursive: true }));
    const authority = await createAuthority(directory);
    const { cert, key } = await authority.issue(['localhost']);
    const trusted = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...trusted, authority.certPem]);
    t.after(() => tls.setDefaultCACertificates(trusted));
    const server = https.createServer({ cert, key }, (_request, response) => response.end('ok'));
    server.listen(0, 'localhost');
    await once(server, 'listening');
    t.after(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const origin = `https://localhost:${port}`;
    const requests = createClientRequests({
      address: { host: 'localhost', port, tls: true, origin },
      timeoutMs: 60_000,
      maxSockets: 10,
    });
    t.after(() => requests.close());
    assert.deepEqual(await requests.get('/', signal), { status: 200, body: 'ok' });
  });

  it('fails as connect, not sent, where nothing listens', async (t) => {
    const { server, port } = await serve(t, () => {});
    server.close();
    await assert.rejects(connect(t, port).get('/', signal), {
      kind: 'connect',
      sent: false,
      message: /cannot connect to http:.*ECONNREFUSED/,
    });
  });

  it('fails as identity, not sent, without a token', async (t) => {
    const { port } = await serve(t, () => assert.fail('a request arrived'));
    const identity = {
      getIdToken: () => Promise.reject(new Error('metadata is down')),
      discardToken: () => true,
    };
    await assert.rejects(connect(t, port, { identity }).get('/', signal), {
      kind: 'identity',
      sent: false,
      message: /metadata is down/,
    });
  });

  it('fails as timeout where no answer comes in time', async (t) => {
    const clock = createFakeClock();
    const { port } = await serve(t, () => clock.advance(TIMEOUT_MS));
    await assert.rejects(connect(t, port, { clock }).get('/', signal), {
      kind: 'timeout',
      sent: true,
    });
  });

  it('fails as timeout where the body stops half-way', async (t) => {
    const clock = createFakeClock();
    const { port } = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => setImmediate(() => clock.advance(TIMEOUT_MS)));
    });
    await assert.rejects(connect(t, port, { clock }).get('/', signal), {
      kind: 'timeout',
      sent: true,
    });
  });

  it('holds nothing until the deadline once a request has its answer, or none', async (t) => {
    const clock = createFakeClock();
    let asked = 0;
    const { port } = await serve(t, (_request, response) => {
      assert.equal(clock.waiting(), 1);
      if (asked++ === 0) response.end('ok');
      else response.destroy();
    });
    const requests = connect(t, port, { clock });
    await requests.get('/', signal);
    assert.equal(clock.waiting(), 0);
    await assert.rejects(requests.get('/', signal));
    assert.equal(clock.waiting(), 0);
  });

  it('fails as timeout while it waits for a token, too', async (t) => {
    const clock = createFakeClock();
    const { port } = await serve(t, () => assert.fail('a request arrived'));
    const identity: Identity = {
      getIdToken: (abort) =>
        new Promise((_resolve, reject) => {
          abort?.addEventListener('abort', () => reject(abort.reason));
          clock.advance(TIMEOUT_MS);
        }),
      discardToken: () => true,
    };
    await assert.rejects(connect(t, port, { identity, clock }).get('/', signal), {
      kind: 'timeout',
      sent: false,
    });
  });

  it('fails as reset, sent, where the connection is lost, and does not ask again', async (t) => {
    let asked = 0;
    const { port } = await serve(t, (request) => {
      asked++;
      request.socket.destroy();
    });
    await assert.rejects(connect(t, port).get('/', signal), { kind: 'reset', sent: true });
    assert.equal(asked, 1);
  });

  it('counts a request on a kept connection as sent when that is lost', async (t) => {
    let asked = 0;
    const { port } = await serve(t, (request, response) => {
      if (++asked === 1) response.end('ok');
      else request.socket.destroy();
    });
    const requests = connect(t, port);
    await requests.get('/', signal);
    await assert.rejects(requests.get('/', signal), { kind: 'reset', sent: true });
    assert.equal(asked, 2);
  });

  it('fails as reset where the body breaks off', async (t) => {
    const { port } = await serve(t, (_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    await assert.rejects(connect(t, port).get('/', signal), { kind: 'reset', sent: true });
  });

  it('fails as too_large over 64 kB of answer, without reading on', async (t) => {
    const { port } = await serve(t, (_request, response) => {
      response.on('error', () => {});
      response.write(Buffer.alloc(65 * 1024));
    });
    await assert.rejects(connect(t, port).get('/', signal), { kind: 'too_large', sent: true });
  });

  it('fails with the reason for which it was given up', async (t) => {
    const giveUp = new AbortController();
    const { port } = await serve(t, () => giveUp.abort('run_deadline'));
    await assert.rejects(connect(t, port).get('/', giveUp.signal), {
      kind: 'run_deadline',
      sent: true,
    });
  });

  it('fails as stopped where that reason is none of the known ones', async (t) => {
    const giveUp = new AbortController();
    const { port } = await serve(t, () => giveUp.abort(new Error('user 4711 went home')));
    await assert.rejects(connect(t, port).get('/', giveUp.signal), { kind: 'stopped' });
  });
});

describe('FailureKind', () => {
  it('is a closed list, so that its cardinality is known', () => {
    const isOpen: string extends FailureKind ? true : false = false;
    assert.equal(isOpen, false);
  });
});
