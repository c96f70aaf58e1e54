import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createHttpCalls } from '../../../tools/conformance/http-calls.ts';

const DEADLINE_MS = 60_000;

async function serve(t: TestContext, listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

describe('createHttpCalls', () => {
  it('reads no more than 1 MiB of an answer', async (t) => {
    const part = Buffer.alloc(64 * 1_024, 'a');
    const at = await serve(t, (_, response) => {
      const write = () => {
        while (response.write(part));
      };
      response.on('drain', write);
      write();
    });
    await assert.rejects(createHttpCalls(at, DEADLINE_MS)('/'), {
      name: 'GoneError',
      message: 'GET / was answered with a body of more than 1 MiB',
    });
  });

  it('ends a call that is not answered as soon as the signal aborts', async (t) => {
    const interrupted = new AbortController();
    const { signal } = interrupted;
    const at = await serve(t, () => interrupted.abort(new Error('interrupted')));
    const call = createHttpCalls(at, DEADLINE_MS, { signal });
    await assert.rejects(call('/'), { name: 'AbortError' });
  });
});
