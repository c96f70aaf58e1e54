import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { createHttpCancellation } from '../../../services/server/http-cancellation.ts';

/** An HTTP server that never answers, and requests of it as a library makes them: without a signal. */
async function start(t: TestContext) {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cancellation = createHttpCancellation(`http://127.0.0.1:${port}`);
  t.after(() => {
    cancellation.close();
    server.closeAllConnections();
    server.close();
  });
  const within = <T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>) =>
    cancellation.within({ signal, timeoutMs: 60_000, maxBytes: 1_000 }, run);
  const ask = () => get({ host: '127.0.0.1', port });
  /** What became of a request: the error that ended it. */
  const end = async (request: ReturnType<typeof ask>) => {
    const [error] = await once(request, 'error');
    return error as Error;
  };
  return { server, cancellation, within, ask, end };
}

describe('createHttpCancellation', () => {
  test('destroys a request that is open when the signal aborts', async (t) => {
    const { server, within, ask, end } = await start(t);
    const caller = new AbortController();
    const ended = within(caller.signal, async () => end(ask()));
    await once(server, 'request');
    caller.abort(new Error('gone'));
    assert.equal((await ended).message, 'gone');
  });

  test('destroys a request that begins after the signal has aborted', {
    timeout: 60_000,
  }, async (t) => {
    const { within, ask, end } = await start(t);
    const ended = within(AbortSignal.abort(new Error('gone')), async () => end(ask()));
    assert.equal((await ended).message, 'gone');
  });

  test('leaves alone requests to others that begin inside, such as those of a span export', async (t) => {
    const { within } = await start(t);
    const other = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;
    await within(AbortSignal.abort(new Error('gone')), async () => {
      const [response] = await once(get({ host: '127.0.0.1', port, agent: false }), 'response');
      assert.equal(response.statusCode, 200);
      response.resume();
    });
  });

  test('leaves alone what begins outside, and everything once it is closed', async (t) => {
    const { server, cancellation, within, ask } = await start(t);
    const caller = new AbortController();
    const outside = ask();
    await once(server, 'request');
    cancellation.close();
    const later = await within(caller.signal, async () => ask());
    await once(server, 'request');
    caller.abort(new Error('gone'));
    assert.deepEqual([outside.destroyed, later.destroyed], [false, false]);
    for (const request of [outside, later]) request.on('error', () => {}).destroy();
  });

  test('stops listening to the signal when a request has ended', async (t) => {
    const { within, ask } = await start(t);
    const { signal } = new AbortController();
    await within(signal, async (inner) => {
      const removed = t.mock.method(inner, 'removeEventListener');
      const request = ask();
      request.on('error', () => {}).destroy();
      await new Promise((resolve) => request.once('close', resolve));
      assert.equal(removed.mock.callCount(), 1);
    });
  });

  for (const [bytes, isTaken] of [
    [1_000, true],
    [1_001, false],
  ] as const) {
    test(`${isTaken ? 'takes' : 'ends'} a response of ${bytes} bytes where 1000 are allowed`, async (t) => {
      const { server, within, ask } = await start(t);
      server.on('request', (_, response) => {
        response.write('x'.repeat(bytes));
        if (isTaken) response.end();
      });
      await within(new AbortController().signal, async (signal) => {
        // As the library has it: its own reader, at once, which takes every byte.
        const read = new Promise((resolve) => {
          const request = ask().on('error', () => {});
          request.on('response', (response) => resolve(text(response)));
        });
        if (isTaken) assert.equal(await read, 'x'.repeat(bytes));
        else await assert.rejects(read);
        assert.equal(signal.aborted, !isTaken);
        if (!isTaken) assert.match(signal.reason.message, /answered with more than 1000 bytes/);
      });
    });
  }
});
