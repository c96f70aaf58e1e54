import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { type MatchCountResponse, shakespeareService } from '../../../lib/rpc.ts';
import { PRESSURE_HEADER } from '../../../lib/telemetry/names.ts';
import { createApp } from '../../../services/server/app.ts';
import { SERVER_LIMITS, type ServerLimits } from '../../../services/server/limits.ts';
import type { Snapshot } from '../../../services/server/works.ts';
import { runUnderPressure } from '../../lib/telemetry/running-pressure.ts';
import { recordLog } from '../log-lines.ts';

const snapshot: Snapshot = { works: [], bytes: 0, lines: 0 };
const { GetMatchCount } = shakespeareService;
const { Check: check, Watch: watch } = healthService as unknown as Record<
  'Check' | 'Watch',
  typeof GetMatchCount
>;

/** A server whose calls wait until they are released; `waiting` are those that its handler has. */
async function start(t: TestContext, limits: Partial<ServerLimits>) {
  const released = Promise.withResolvers<void>();
  const waiting = { calls: 0, most: 0 };
  const app = createApp({
    works: {
      async read() {
        waiting.most = Math.max(waiting.most, ++waiting.calls);
        await released.promise;
        waiting.calls -= 1;
        return { snapshot, source: 'kept' };
      },
      close() {},
    },
    bucket: 'works',
    prefix: '',
    logger: recordLog().logger,
    limits: { ...SERVER_LIMITS, ...limits },
  });
  const address = `127.0.0.1:${await app.listen({ host: '127.0.0.1', port: 0 })}`;
  const clients: Client[] = [];
  /** A connection for each client, as from another process. */
  const connect = () => {
    const options = { 'grpc.use_local_subchannel_pool': 1, 'grpc.enable_retries': 0 };
    const client = new Client(address, credentials.createInsecure(), options);
    clients.push(client);
    return client;
  };
  t.after(async () => {
    for (const client of clients) client.close();
    await app.drain(0);
  });
  return { address, connect, waiting, release: released.resolve };
}

type Ask = Readonly<{ query?: string; metadata?: Metadata; method?: typeof GetMatchCount }>;

function ask(client: Client, { query = 'to be', metadata, method = GetMatchCount }: Ask = {}) {
  return new Promise<MatchCountResponse | undefined>((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      { query },
      metadata ?? new Metadata(),
      (error, response) => (error ? reject(error) : resolve(response)),
    );
  });
}

/** Opens a health watch; `first` is its first answer, or rejects with the error. */
function openWatch(client: Client) {
  const serialize = (value: unknown) => watch.requestSerialize(value as never) as Buffer;
  const call = client.makeServerStreamRequest(watch.path, serialize, (bytes: Buffer) => bytes, {
    service: '',
  });
  const first = new Promise<void>((resolve, reject) => {
    call.on('data', () => resolve());
    call.on('error', reject);
  });
  return { first, cancel: () => call.cancel() };
}

const isTaken = ({ first }: { first: Promise<unknown> }) =>
  first.then(
    () => true,
    () => false,
  );

const exhausted = (details: RegExp) => (error: ServiceError) => {
  assert.equal(error.code, status.RESOURCE_EXHAUSTED);
  assert.match(error.details, details);
  return true;
};

describe('one caller', () => {
  test('has more calls than a connection may have answered one after the other', async (t) => {
    const { connect, waiting, release } = await start(t, { callsPerConnection: 2 });
    const client = connect();
    // Only now does the caller know of the limit.
    await ask(client, { method: check });
    const calls = Array.from({ length: 5 }, () => ask(client));
    while (waiting.calls < 2) await ask(connect(), { method: check });
    release();
    assert.equal((await Promise.all(calls)).length, 5);
    assert.equal(waiting.most, 2);
  });

  test('is refused a message that no query needs', async (t) => {
    const { connect, waiting, release } = await start(t, {});
    release();
    const query = 'x'.repeat(SERVER_LIMITS.messageBytes);
    await assert.rejects(ask(connect(), { query }), exhausted(/larger than max/));
    assert.equal(waiting.most, 0);
  });

  test('is refused more metadata than it may send', async (t) => {
    const { connect, waiting, release } = await start(t, {});
    release();
    const metadata = new Metadata();
    for (let n = 0; n < 4; n += 1) metadata.set(`x-${n}`, 'x'.repeat(4 * 1024));
    await assert.rejects(ask(connect(), { metadata }), exhausted(/allowed: 16384 bytes/));
    assert.equal(waiting.most, 0);
  });
});

describe('connections', () => {
  test('are closed beyond the limit, and taken again once another has gone', async (t) => {
    const { connect } = await start(t, { connections: 2 });
    const [first, second, third] = [connect(), connect(), connect()];
    const isAnswered = (client: Client) => isTaken({ first: ask(client, { method: check }) });
    assert.deepEqual(
      [await isAnswered(first), await isAnswered(second), await isAnswered(third)],
      [true, true, false],
    );
    first.close();
    // The server learns of it a moment later.
    while (!(await isAnswered(connect())));
  });
});

test('connections are closed after a time without a call, those that never said a word too', async (t) => {
  const { address } = await start(t, { idleMs: 50 });
  const [host, port] = address.split(':');
  const silent = connectTo(Number(port), host);
  t.after(() => silent.destroy());
  silent.resume();
  await once(silent, 'end');
});

describe('calls of all connections together', () => {
  test('are refused beyond the limit, never to be repeated, and taken again later', async (t) => {
    const { connect, waiting, release } = await start(t, { calls: 2 });
    const taken = [ask(connect()), ask(connect())];
    const last = connect();
    await ask(last, { method: check });
    while (waiting.calls < 2) await ask(last, { method: check });
    await assert.rejects(ask(last), (error: ServiceError) => {
      assert.deepEqual(error.metadata.get('grpc-retry-pushback-ms'), ['-1']);
      return exhausted(/allowed: 2 calls at a time/)(error);
    });
    await assert.doesNotReject(ask(last, { method: check }), 'a health check is always answered');
    release();
    await Promise.all(taken);
    assert.deepEqual(await ask(last), { match_count: '0' });
    assert.equal(waiting.most, 2, 'the handler never had the one that was refused');
  });

  test('count health watches apart, until the caller ends them', async (t) => {
    const { connect } = await start(t, { streams: 2 });
    const [first, second] = [openWatch(connect()), openWatch(connect())];
    await Promise.all([first.first, second.first]);
    const client = connect();
    await assert.rejects(openWatch(client).first, exhausted(/2 streams at a time/));
    first.cancel();
    // The server learns of it a moment later.
    while (!(await isTaken(openWatch(client)))) await ask(client, { method: check });
  });
});

test('a call that is refused tells how full the queues of spans are too', async (t) => {
  runUnderPressure(t, 0.5);
  const { connect } = await start(t, { calls: 0 });
  await assert.rejects(ask(connect()), (error: ServiceError) => {
    assert.deepEqual(error.metadata.get(PRESSURE_HEADER), ['0.50']);
    return true;
  });
});
