import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { Storage } from '@google-cloud/storage';
import { createDownloads, type Environment } from '../../../services/server/object-download.ts';

const REF = { name: 'a b/c', generation: '7', size: 1, crc32c: '', gzip: false };
const PATH = '/storage/v1/b/works/o/a%20b%2Fc?alt=media&generation=7';
const never = new AbortController().signal;

async function listen(t: TestContext, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, origin: `http://127.0.0.1:${port}` };
}

function downloadsFrom(apiEndpoint: string, environment: Environment = {}) {
  return createDownloads({ storage: new Storage({ apiEndpoint }), bucket: 'works', environment });
}

describe('a download', () => {
  test('asks for one generation, for the stored bytes, over a connection that is open', async (t) => {
    const seen: unknown[] = [];
    const connections = new Set<Socket>();
    const { origin } = await listen(t, (request, response) => {
      const { 'accept-encoding': encoding, 'cache-control': cache } = request.headers;
      seen.push([request.url, encoding, cache]);
      connections.add(request.socket);
      response.end('to be');
    });
    const open = downloadsFrom(origin);
    for (const _ of [1, 2]) {
      assert.equal(await text(await open(REF, never)), 'to be');
      await new Promise(setImmediate);
    }
    assert.deepEqual(seen, Array(2).fill([PATH, 'gzip', 'no-store']));
    assert.equal(connections.size, 1);
  });

  test('fails with the text of an answer that is no object, and its status', async (t) => {
    const { origin } = await listen(t, (_, response) => response.writeHead(412).end('not so'));
    await assert.rejects(downloadsFrom(origin)(REF, never), { code: 412, message: 'not so' });
  });

  test('fails with the status where the text breaks off', async (t) => {
    const { origin } = await listen(t, (_, response) => {
      response.writeHead(503, { 'content-length': 10 });
      response.write('half', () => response.destroy());
    });
    const message = 'Service Unavailable';
    await assert.rejects(downloadsFrom(origin)(REF, never), { code: 503, message });
  });

  test('reads no more of the text of an error than 64 KiB', { timeout: 60_000 }, async (t) => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield 'x'.repeat(10_000);
      })(),
    );
    const { origin } = await listen(t, (_, response) => {
      endless.pipe(response.writeHead(403)).on('close', () => endless.destroy());
    });
    await assert.rejects(downloadsFrom(origin)(REF, never), /more than 65536 bytes of an error/);
    if (!endless.closed) await once(endless, 'close');
  });

  test('ends with the reason of its signal', { timeout: 60_000 }, async (t) => {
    const caller = new AbortController();
    const { origin } = await listen(t, () => caller.abort(new Error('gone')));
    await assert.rejects(downloadsFrom(origin)(REF, caller.signal), /gone/);
  });

  test('breaks its answer off when its signal aborts', { timeout: 60_000 }, async (t) => {
    const caller = new AbortController();
    const { origin } = await listen(t, (_, response) => response.write('to'));
    const response = await downloadsFrom(origin)(REF, caller.signal);
    caller.abort(new Error('gone'));
    await assert.rejects(text(response), { code: 'ECONNRESET' });
  });

  test('goes by the proxy of the environment, whichever variable names it', async (t) => {
    const { origin } = await listen(t, (_, response) => response.end('direct'));
    const proxy = await listen(t, ({ url }, response) => response.end(url));
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']) {
      const open = downloadsFrom(origin, { [name]: proxy.origin });
      assert.equal(await text(await open(REF, never)), `${origin}${PATH}`, name);
    }
    const around = { HTTP_PROXY: proxy.origin, NO_PROXY: '127.0.0.1' };
    assert.equal(await text(await downloadsFrom(origin, around)(REF, never)), 'direct');
  });
});
