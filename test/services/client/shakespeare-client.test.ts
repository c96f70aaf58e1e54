import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  createServer as createHttp2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { AppError, ERRORS, type ErrorKind } from '../../../lib/errors.ts';
import { createIdentity, type Identity } from '../../../lib/identity.ts';
import type { MatchCountRequest, MatchCountResponse } from '../../../lib/rpc.ts';
import { PRESSURE_HEADER } from '../../../lib/telemetry/names.ts';
import { createAuthority } from '../../../tools/local/cloud/identity/certificates.ts';
import { runUnderPressure } from '../../lib/telemetry/running-pressure.ts';

// grpc-js reads this variable when it loads, so everything that needs it is imported afterwards.
const directory = await mkdtemp(join(tmpdir(), 'rpc-'));
after(() => rm(directory, { recursive: true }));
const authority = await createAuthority(directory);
process.env.GRPC_DEFAULT_SSL_ROOTS_FILE_PATH = authority.certFile;
const { Metadata, Server, ServerCredentials, status } = await import('@grpc/grpc-js');
const { HealthImplementation } = await import('grpc-health-check');
const { shakespeareService } = await import('../../../lib/rpc.ts');
const { channelOptions } = await import('../../../services/client/channel.ts');
const { createShakespeareClient } = await import('../../../services/client/shakespeare-client.ts');

type Call = ServerUnaryCall<MatchCountRequest, MatchCountResponse>;
type Callback = sendUnaryData<MatchCountResponse>;
type Handler = (call: Call, callback: Callback) => void;

type Options = { host?: string; port?: number; tls?: boolean; identity?: Identity };

/** A real gRPC server whose handler the test gives, and the number of calls it saw. */
async function startServer(t: TestContext, handler: Handler, options: Options = {}) {
  const { host = '127.0.0.1', port = 0, tls = false } = options;
  const server = new Server();
  const health = new HealthImplementation({ '': 'SERVING' });
  health.addToServer(server);
  const calls: Call[] = [];
  server.addService(shakespeareService, {
    GetMatchCount: (call: Call, callback: Callback) => {
      calls.push(call);
      handler(call, callback);
    },
  });
  const { cert, key } = await authority.issue(['localhost', '127.0.0.1']);
  const serverCredentials = tls
    ? ServerCredentials.createSsl(null, [
        { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) },
      ])
    : ServerCredentials.createInsecure();
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${host}:${port}`, serverCredentials, (error, number) =>
      error ? reject(error) : resolve(number),
    ),
  );
  t.after(() => server.forceShutdown());
  return { server, health, calls, port: bound };
}

/**
 * A TCP line to the server whose connections can fall silent: they stay open and carry nothing. It
 * sends at once: TCP would else hold small pieces back for up to 40 ms of real time, in which held
 * time may pass by minutes.
 */
async function startLine(t: TestContext, serverPort: number) {
  const pairs: [near: Socket, far: Socket][] = [];
  const hungUp = Promise.withResolvers<void>();
  const line = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: serverPort, host: '127.0.0.1', noDelay: true });
    pairs.push([near, far]);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on('error', () => {});
    near.on('close', hungUp.resolve);
  }).listen(0, '127.0.0.1');
  await once(line, 'listening');
  t.after(() => {
    line.close();
    for (const socket of pairs.flat()) socket.destroy();
  });
  return {
    port: (line.address() as AddressInfo).port,
    /** When the client hangs up one of its connections. */
    hungUp: hungUp.promise,
    fallSilent() {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
    },
  };
}

async function start(
  t: TestContext,
  handler: Handler,
  options: Options & { deadlineMs?: number } = {},
) {
  const { tls = false, identity, deadlineMs = 60_000 } = options;
  const { calls, port, health, server } = await startServer(t, handler, options);
  const host = tls ? 'localhost' : '127.0.0.1';
  const address = { host, port, tls, origin: `${tls ? 'https' : 'http'}://${host}:${port}` };
  const client = createShakespeareClient({
    address,
    deadlineMs,
    ...(identity ? { identity } : {}),
  });
  t.after(() => client.close());
  return { client, calls, health, server };
}

/**
 * Time that passes with the turns of the event loop and so, with both ends in this process, as slowly
 * as the machine is: a timer does not fire while an answer is still on its way.
 */
function holdTime(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
  return {
    nowMs: () => Date.now(),
    async passUntil<T>(promise: Promise<T>): Promise<T> {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      promise.then(over, over);
      while (!isOver) {
        t.mock.timers.tick(5);
        await new Promise(setImmediate);
      }
      return promise;
    },
  };
}

/** The server says that a repeat is of no use. */
function neverAgain() {
  const metadata = new Metadata();
  metadata.set('grpc-retry-pushback-ms', '-1');
  return metadata;
}

/** A server of bare HTTP/2: the first streams, as they come together, get `first`, later ones 7. */
async function startRawServer(t: TestContext, first: (stream: ServerHttp2Stream) => void) {
  let connections = 0;
  let failed = false;
  const sessions: ServerHttp2Session[] = [];
  const server = createHttp2Server();
  server.on('session', (session) => {
    connections += 1;
    sessions.push(session.on('error', () => {}));
  });
  server.on('stream', (opened) => {
    // Node's types leave open that a server's streams are a server's.
    const stream = opened as ServerHttp2Stream;
    stream.on('error', () => {});
    if (!failed || stream.session?.closed || stream.session?.destroyed) {
      failed = true;
      first(stream);
      return;
    }
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc+proto' },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 7]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = { host: '127.0.0.1', port, tls: false, origin: '' };
  const client = createShakespeareClient({ address, deadlineMs: 60_000 });
  t.after(() => {
    client.close();
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { client, connections: () => connections };
}

const answer =
  (count: string): Handler =>
  (_call, callback) =>
    callback(null, { match_count: count });

describe('getMatchCount', () => {
  test('sends the query and returns the count', async (t) => {
    const { client, calls } = await start(t, answer('3040'));
    assert.equal(await client.getMatchCount('love “ä”'), 3040n);
    assert.equal(calls[0]?.request.query, 'love “ä”');
  });

  for (const count of ['0', '9007199254740993', '9223372036854775807', '-1']) {
    test(`is exact at ${count}`, async (t) => {
      const { client } = await start(t, answer(count));
      assert.equal(await client.getMatchCount('love'), BigInt(count));
    });
  }

  test('hears from answers and errors how full the queues of spans are', async (t) => {
    const pressure = runUnderPressure(t, 0);
    const trailer = (value: string) => {
      const metadata = new Metadata();
      metadata.set(PRESSURE_HEADER, value);
      return metadata;
    };
    const { client } = await start(t, ({ request }, callback) => {
      if (request.query === 'love') return callback(null, { match_count: '1' }, trailer('0.25'));
      callback({ code: status.NOT_FOUND, details: 'no', metadata: trailer('0.5') });
    });
    await client.getMatchCount('love');
    assert.equal(pressure(), 0.25);
    await assert.rejects(client.getMatchCount('hate'));
    assert.equal(pressure(), 0.5);
  });

  test('tries again where the server is unavailable', async (t) => {
    let failures = 2;
    const { client, calls } = await start(t, (call, callback) => {
      if (failures-- > 0) callback({ code: status.UNAVAILABLE, details: 'not now' });
      else answer('7')(call, callback);
    });
    assert.equal(await client.getMatchCount('love'), 7n);
    assert.equal(calls.length, 3);
  });

  test('gives up after three attempts', async (t) => {
    const { client, calls } = await start(t, (_call, callback) =>
      callback({ code: status.UNAVAILABLE, details: 'not now' }),
    );
    await assert.rejects(client.getMatchCount('love'), { kind: 'unavailable' });
    assert.equal(calls.length, 3);
  });

  for (const code of [status.INVALID_ARGUMENT, status.FAILED_PRECONDITION, status.UNKNOWN]) {
    test(`tries ${status[code]} once, whatever the server says of repeats`, async (t) => {
      const { client, calls } = await start(t, (_call, callback) =>
        callback({ code, details: 'no' }),
      );
      await assert.rejects(client.getMatchCount('love'));
      assert.equal(calls.length, 1);
    });
  }

  // 11 is ENHANCE_YOUR_CALM, 2 INTERNAL_ERROR, 8 CANCEL, 1 PROTOCOL_ERROR, 7 REFUSED_STREAM.
  for (const [code, debugData] of [
    [11, 'too_many_pings'],
    [11, 'max_age'],
    [11, ''],
    [2, ''],
    [8, 'shutting down'],
    [1, ''],
    [7, ''],
  ] as const) {
    test(`repeats calls under which the connection ended with GOAWAY ${code} "${debugData}"`, async (t) => {
      const { client, connections } = await startRawServer(t, (stream) =>
        stream.session?.goaway(code, 0, Buffer.from(debugData)),
      );
      const counts = await Promise.all(Array.from({ length: 5 }, () => client.getMatchCount('x')));
      assert.deepEqual(counts, Array(5).fill(7n));
      assert.equal(connections(), 2);
    });
  }

  test('repeats a call whose stream alone was reset', async (t) => {
    const { client, connections } = await startRawServer(t, (stream) => stream.close(2));
    assert.equal(await client.getMatchCount('x'), 7n);
    assert.equal(connections(), 1);
  });

  test('repeats less and less while every call fails', async (t) => {
    const { client, calls } = await start(t, (_call, callback) =>
      callback({ code: status.UNAVAILABLE, details: 'not now' }),
    );
    const attempts = Array.from({ length: 300 }, () => client.getMatchCount('love'));
    await Promise.allSettled(attempts);
    const before = calls.length;
    await assert.rejects(client.getMatchCount('love'), { kind: 'unavailable' });
    assert.equal(calls.length - before, 1);
  });

  test('is unavailable where nothing listens', async (t) => {
    const { client, server } = await start(t, answer('1'), { deadlineMs: 60_000 });
    server.forceShutdown();
    await assert.rejects(client.getMatchCount('love'), { kind: 'unavailable' });
  });

  test('connects again after the server was away', async (t) => {
    const first = await startServer(t, answer('1'));
    const address = { host: '127.0.0.1', port: first.port, tls: false, origin: '' };
    const client = createShakespeareClient({ address, deadlineMs: 60_000 });
    t.after(() => client.close());
    assert.equal(await client.getMatchCount('love'), 1n);
    first.server.forceShutdown();
    await startServer(t, answer('2'), { port: first.port });
    // Well within what the attempts of one call take.
    assert.equal(await client.getMatchCount('love'), 2n);
  });

  const kinds: [code: number, kind: ErrorKind][] = [
    [status.INVALID_ARGUMENT, 'invalidArgument'],
    [status.CANCELLED, 'unavailable'],
    [status.UNAVAILABLE, 'unavailable'],
    [status.FAILED_PRECONDITION, 'failedPrecondition'],
    [status.RESOURCE_EXHAUSTED, 'unavailable'],
    [status.DEADLINE_EXCEEDED, 'deadlineExceeded'],
    [status.INTERNAL, 'badUpstream'],
    [status.UNKNOWN, 'badUpstream'],
    [status.UNIMPLEMENTED, 'badUpstream'],
    [status.UNAUTHENTICATED, 'badUpstream'],
    [status.PERMISSION_DENIED, 'badUpstream'],
    [status.NOT_FOUND, 'badUpstream'],
  ];
  for (const [code, kind] of kinds) {
    test(`takes ${status[code]} for ${kind}, does not repeat what the server forbids, and keeps the reason inside`, async (t) => {
      const { client, calls } = await start(t, (_call, callback) =>
        callback({ code, details: 'details of the server', metadata: neverAgain() }),
      );
      await assert.rejects(client.getMatchCount('love'), (error) => {
        assert.ok(error instanceof AppError);
        assert.equal(error.kind, kind);
        assert.doesNotMatch(error.message, /details of the server/);
        assert.match(String(error.cause), /details of the server/);
        return true;
      });
      assert.equal(calls.length, 1);
    });
  }

  test('misses its deadline where the server does not answer', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
    const { client } = await start(t, () => t.mock.timers.tick(60_000));
    await assert.rejects(client.getMatchCount('love'), { kind: 'deadlineExceeded' });
  });

  for (const [timeoutMs, leftMs] of [
    [20_000, 20_000],
    [90_000, 60_000],
    [undefined, 60_000],
  ] as const) {
    test(`gives the server ${leftMs} ms where its caller waits ${timeoutMs ?? 'without saying so'}`, async (t) => {
      t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
      const { client, calls } = await start(t, answer('1'), { deadlineMs: 60_000 });
      await client.getMatchCount('love', { timeoutMs });
      assert.equal(Number(calls[0]?.getDeadline()), 1_000_000 + leftMs);
    });
  }

  test('is cancelled, at the server too, when its caller goes away', async (t) => {
    const cancelled = Promise.withResolvers<void>();
    const caller = new AbortController();
    const { client } = await start(t, (call) => {
      call.on('cancelled', () => cancelled.resolve());
      caller.abort(new Error('gone'));
    });
    await assert.rejects(client.getMatchCount('love', { signal: caller.signal }), {
      kind: 'cancelled',
    });
    await cancelled.promise;
  });

  test('is unavailable, not cancelled, where the server breaks off in mid-call for good', async (t) => {
    const caller = new AbortController();
    const { client, server } = await start(t, () => server.forceShutdown());
    await assert.rejects(client.getMatchCount('love', { signal: caller.signal }), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.kind, ERRORS[error.kind].http], ['unavailable', 503]);
      assert.match(String(error.cause), /UNAVAILABLE/);
      return true;
    });
  });

  test('does not call for a caller that has gone already', async (t) => {
    const { client, calls } = await start(t, answer('1'));
    await assert.rejects(client.getMatchCount('love', { signal: AbortSignal.abort() }), {
      kind: 'cancelled',
    });
    assert.equal(calls.length, 0);
  });
});

describe('the channel', () => {
  test('is one for many calls', async (t) => {
    const { client, calls } = await start(t, answer('1'));
    await Promise.all(Array.from({ length: 20 }, () => client.getMatchCount('love')));
    assert.equal(new Set(calls.map((call) => call.getPeer())).size, 1);
  });

  test('spreads its calls over every address of a name', async (t) => {
    // Linux takes all of 127/8 for loopback, macOS only the first and ::1.
    const other = process.platform === 'darwin' ? '::1' : '127.0.0.2';
    const one = await startServer(t, answer('1'));
    const host = other.includes(':') ? `[${other}]` : other;
    const two = await startServer(t, answer('2'), { host, port: one.port });
    t.mock.method(dns.promises, 'lookup', async () => [
      { address: '127.0.0.1', family: 4 },
      { address: other, family: other.includes(':') ? 6 : 4 },
    ]);
    const address = { host: 'server.default.svc', port: one.port, tls: false, origin: '' };
    const client = createShakespeareClient({ address, deadlineMs: 60_000 });
    t.after(() => client.close());
    while (one.calls.length === 0 || two.calls.length === 0) await client.getMatchCount('love');
    const before = [one.calls.length, two.calls.length];
    for (let n = 0; n < 10; n += 1) await client.getMatchCount('love');
    assert.deepEqual(
      [one.calls.length, two.calls.length],
      before.map((calls) => calls + 5),
    );
  });

  test('takes no service config from DNS', async (t) => {
    const { port } = await startServer(t, answer('1'));
    t.mock.method(dns.promises, 'lookup', async () => [{ address: '127.0.0.1', family: 4 }]);
    const asked = t.mock.method(dns.promises, 'resolveTxt', async () => []);
    const address = { host: 'server.default.svc', port, tls: false, origin: '' };
    const client = createShakespeareClient({ address, deadlineMs: 60_000 });
    t.after(() => client.close());
    await client.getMatchCount('love');
    assert.equal(asked.mock.callCount(), 0);
  });

  const keepalive = { keepaliveTimeMs: 30_000, keepaliveTimeoutMs: 30_000 };
  const deadlineMs = 600_000;

  test('notices in mid-call that its peer is dead and silent, and calls on a new connection', async (t) => {
    const { port, calls } = await startServer(t, (call, callback) => {
      if (calls.length === 1) line.fallSilent();
      else answer('7')(call, callback);
    });
    const line = await startLine(t, port);
    const address = { host: '127.0.0.1', port: line.port, tls: false, origin: '' };
    const { passUntil } = holdTime(t);
    const client = createShakespeareClient({ address, deadlineMs, connection: keepalive });
    t.after(() => client.close());
    assert.equal(await passUntil(client.getMatchCount('love')), 7n);
    assert.equal(calls.length, 2);
  });

  test('learns at the next call that its peer died in silence, and calls on a new connection', async (t) => {
    const { port } = await startServer(t, answer('7'));
    const line = await startLine(t, port);
    const address = { host: '127.0.0.1', port: line.port, tls: false, origin: '' };
    const { passUntil } = holdTime(t);
    const client = createShakespeareClient({ address, deadlineMs, connection: keepalive });
    t.after(() => client.close());
    await client.getMatchCount('love');
    line.fallSilent();
    assert.equal(await passUntil(client.getMatchCount('love')), 7n);
  });

  test('sends no pings while there is no call', () => {
    const options = channelOptions('service');
    assert.equal(options['grpc.keepalive_permit_without_calls'], 0);
  });

  test('seeks a lost server again soon, and goes on seeking it often', async (t) => {
    const { nowMs, passUntil } = holdTime(t);
    const soughtAtMs: number[] = [];
    const sought = Promise.withResolvers<void>();
    const nobody = createServer((socket) => {
      soughtAtMs.push(nowMs());
      socket.destroy();
      if (soughtAtMs.length === 13) sought.resolve();
    }).listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    t.after(() => nobody.close());
    const { port } = nobody.address() as AddressInfo;
    const client = createShakespeareClient({
      address: { host: '127.0.0.1', port, tls: false, origin: '' },
      deadlineMs: 60_000,
      connection: { reconnectMinMs: 20, reconnectMaxMs: 40 },
    });
    t.after(() => client.close());
    await assert.rejects(passUntil(client.getMatchCount('love')), { kind: 'unavailable' });
    await passUntil(sought.promise);
    // By grpc-js's own times the first pause is a second, and 20 ms grow to some seconds.
    const pauses = soughtAtMs.slice(1).map((atMs, n) => atMs - (soughtAtMs[n] ?? 0));
    assert.ok(Math.max(...pauses) < 350, pauses.join());
  });

  const identity: Identity = { getIdToken: async () => 'id-token', discardToken: () => true };

  test('carries an ID token over TLS', async (t) => {
    const { client, calls } = await start(t, answer('1'), { tls: true, identity });
    await client.getMatchCount('love');
    assert.deepEqual(calls[0]?.metadata.get('authorization'), ['Bearer id-token']);
  });

  test('discards a token that is rejected, and calls once more with another', async (t) => {
    let serial = 1;
    const { client, calls } = await start(
      t,
      (call, callback) => {
        const isFirst = call.metadata.get('authorization')[0] === 'Bearer token-1';
        if (isFirst) callback({ code: status.UNAUTHENTICATED, metadata: neverAgain() });
        else answer('7')(call, callback);
      },
      {
        tls: true,
        identity: {
          getIdToken: async () => `token-${serial}`,
          discardToken: () => {
            serial += 1;
            return true;
          },
        },
      },
    );
    assert.equal(await client.getMatchCount('love'), 7n);
    assert.equal(calls.length, 2);
  });

  test('calls once more for each of the calls that had the rejected token', async (t) => {
    const payload = Buffer.from(JSON.stringify({ exp: Date.now() / 1_000 + 3_600 }));
    let fetched = 0;
    const fetchIdToken = async () => `token-${++fetched}.${payload.toString('base64url')}.`;
    const rejected: (() => void)[] = [];
    const { client, calls } = await start(
      t,
      (call, callback) => {
        const [token] = call.metadata.get('authorization');
        if (!String(token).startsWith('Bearer token-1.')) return answer('7')(call, callback);
        rejected.push(() => callback({ code: status.UNAUTHENTICATED, metadata: neverAgain() }));
        if (rejected.length === 3) for (const reject of rejected) reject();
      },
      { tls: true, identity: createIdentity('https://server.example', { fetchIdToken }) },
    );
    const asked = [1, 2, 3].map(() => client.getMatchCount('love'));
    assert.deepEqual(await Promise.all(asked), [7n, 7n, 7n]);
    assert.deepEqual([calls.length, fetched], [6, 2]);
  });

  test('calls no third time where the next token is rejected too', async (t) => {
    const { client, calls } = await start(
      t,
      (_call, callback) =>
        callback({ code: status.UNAUTHENTICATED, details: 'no', metadata: neverAgain() }),
      { tls: true, identity },
    );
    await assert.rejects(client.getMatchCount('love'), { kind: 'badUpstream' });
    assert.equal(calls.length, 2);
  });

  // Whoever rejects it answers with headers alone, or with headers and a text.
  for (const [rejectedAt, earlier, withText] of [
    [1, [], false],
    [2, ['1'], false],
    [3, ['2'], false],
    [2, ['1'], true],
  ] as const) {
    const what = `attempt ${rejectedAt} has a token that is rejected${withText ? ' with a text' : ''}`;
    test(`reaches the server three times in all where ${what}`, async (t) => {
      const { client, calls } = await start(
        t,
        (call, callback) => {
          const isRejected = calls.length === rejectedAt;
          if (isRejected && withText) call.sendMetadata(new Metadata());
          const code = isRejected ? status.UNAUTHENTICATED : status.UNAVAILABLE;
          callback({ code, details: 'no' });
        },
        { tls: true, identity },
      );
      await assert.rejects(client.getMatchCount('love'), { kind: 'unavailable' });
      assert.equal(calls.length, 1 + 3);
      for (const [n, { metadata }] of calls.entries()) {
        const isSecondCall = n >= rejectedAt;
        assert.deepEqual(metadata.get('shakesapp-earlier-calls'), isSecondCall ? earlier : []);
      }
    });
  }

  for (const lie of ['-1', '1.5', 'many', '10', '']) {
    test(`makes three attempts of a second call where an answer says "${lie}" came before`, async (t) => {
      const { client, calls } = await start(
        t,
        (_call, callback) => {
          const isRejected = calls.length === 1;
          const metadata = new Metadata();
          metadata.set('grpc-previous-rpc-attempts', lie);
          const code = isRejected ? status.UNAUTHENTICATED : status.UNAVAILABLE;
          callback({ code, details: 'no', metadata });
        },
        { tls: true, identity },
      );
      await assert.rejects(client.getMatchCount('love'), { kind: 'unavailable' });
      assert.equal(calls.length, 1 + 3);
    });
  }

  test('never carries a token in plain text', async (t) => {
    const { client, calls } = await start(t, answer('1'), { identity });
    await client.getMatchCount('love');
    assert.deepEqual(calls[0]?.metadata.get('authorization'), []);
  });

  test('does not call without the token it should carry', async (t) => {
    const reason = new AppError('unavailable', 'no token', { cause: new Error('the reason') });
    const { client, calls } = await start(t, answer('1'), {
      tls: true,
      identity: { getIdToken: () => Promise.reject(reason), discardToken: () => true },
    });
    await assert.rejects(client.getMatchCount('love'), (error) => {
      assert.ok(error instanceof AppError && error.kind === 'unavailable');
      assert.match(String(error.cause), /no token: Error: the reason/);
      return true;
    });
    assert.equal(calls.length, 0);
  });

  test('does not talk to a server whose certificate it does not trust', async (t) => {
    const { calls, port } = await startServer(t, answer('1'), { tls: true });
    const address = { host: '127.0.0.2', port, tls: true, origin: '' };
    const client = createShakespeareClient({ address, identity, deadlineMs: 60_000 });
    t.after(() => client.close());
    await assert.rejects(client.getMatchCount('love'), { kind: 'unavailable' });
    assert.equal(calls.length, 0);
  });
});

describe('checkHealth', () => {
  test('resolves while the server serves and rejects while it does not', async (t) => {
    const { client, health } = await start(t, answer('1'));
    await client.checkHealth();
    health.setStatus('', 'NOT_SERVING');
    await assert.rejects(client.checkHealth(), { kind: 'unavailable' });
  });
});
