import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** Answers what it gets, behind a proxy. */
async function startEcho(t: TestContext): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startFaultProxy((server.address() as AddressInfo).port);
  t.after(async () => {
    await proxy.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return proxy;
}

async function connect(t: TestContext, { port }: FaultProxy): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port });
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket.setEncoding('utf8');
}

async function ask(socket: Socket, text: string): Promise<string> {
  const answer = once(socket, 'data');
  socket.write(text);
  return (await answer)[0];
}

const codeOf = async (socket: Socket) =>
  ((await once(socket, 'error')) as [NodeJS.ErrnoException])[0].code;

test('a link passes bytes both ways', async (t) => {
  const proxy = await startEcho(t);
  assert.equal(await ask(await connect(t, proxy), 'a'), 'a');
  assert.deepEqual(proxy.connections(), { accepted: 1, open: 1, most: 1 });
});

test('a link that refuses closes what is open, and listens again on its port', async (t) => {
  const proxy = await startEcho(t);
  const open = await connect(t, proxy);
  await ask(open, 'a');
  const closed = once(open, 'close');
  await proxy.set('refuse');
  await closed;
  const refused = createConnection({ host: '127.0.0.1', port: proxy.port });
  assert.equal(await codeOf(refused), 'ECONNREFUSED');
  await proxy.set('pass');
  assert.equal(await ask(await connect(t, proxy), 'b'), 'b');
});

test('a silent link accepts, answers nothing, and delivers once it passes again', async (t) => {
  const proxy = await startEcho(t);
  const old = await connect(t, proxy);
  await ask(old, 'a');
  await proxy.set('silent');
  const other = await connect(t, proxy);
  const answers: string[] = [];
  for (const socket of [old, other]) socket.on('data', (text: string) => answers.push(text));
  old.write('b');
  other.write('c');
  // A connection that passes is a round trip through the same loop.
  const before = await startEcho(t);
  await ask(await connect(t, before), 'x');
  assert.deepEqual(answers, []);
  const arrived = Promise.all([once(old, 'data'), once(other, 'data')]);
  await proxy.set('pass');
  await arrived;
  assert.deepEqual(answers.toSorted(), ['b', 'c']);
});

test('a half-open link keeps dead connections dead, and passes new ones', async (t) => {
  const proxy = await startEcho(t);
  const old = await connect(t, proxy);
  await ask(old, 'a');
  await proxy.set('half-open');
  old.on('data', () => assert.fail('a dead connection answered'));
  old.write('b');
  assert.equal(await ask(await connect(t, proxy), 'c'), 'c');
  assert.equal(old.destroyed, false);
});

test('a link that resets does so to open and to new connections', async (t) => {
  const proxy = await startEcho(t);
  const old = await connect(t, proxy);
  await ask(old, 'a');
  const reset = codeOf(old);
  await proxy.set('reset');
  assert.equal(await reset, 'ECONNRESET');
  const other = await connect(t, proxy);
  const otherReset = codeOf(other);
  other.write('b');
  assert.equal(await otherReset, 'ECONNRESET');
});

test('a link that cuts resets after so many bytes of the answer', async (t) => {
  const proxy = await startEcho(t);
  await proxy.set({ cut: 3 });
  const socket = await connect(t, proxy);
  const reset = codeOf(socket);
  assert.equal(await ask(socket, 'abcdef'), 'abc');
  assert.equal(await reset, 'ECONNRESET');
});

test('a link that drips delivers in small pieces, and the rest at once when that ends', async (t) => {
  const proxy = await startEcho(t);
  await proxy.set({ drip: 20 });
  const socket = await connect(t, proxy);
  let rest = await ask(socket, 'abcdef');
  assert.ok(rest.length < 6, rest);
  socket.on('data', (text: string) => {
    rest += text;
  });
  await proxy.set('pass');
  while (!rest.endsWith('f')) await once(socket, 'data');
  assert.equal(rest, 'abcdef');
});

test('a link on hold accepts, and forwards once it passes', async (t) => {
  const proxy = await startEcho(t);
  await proxy.set('hold');
  const socket = await connect(t, proxy);
  const answer = ask(socket, 'hello');
  while (proxy.connections().accepted === 0) await new Promise(setImmediate);
  assert.equal(proxy.connections().open, 0);
  await proxy.set('pass');
  assert.equal(await answer, 'hello');
});
