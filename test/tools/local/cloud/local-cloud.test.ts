import assert from 'node:assert/strict';
import { once } from 'node:events';
import { access, readdir, stat } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { createServer, request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { suite, test } from 'node:test';
import { startLocalCloud } from '../../../../tools/local/cloud/local-cloud.ts';

const portOf = (address: string) => Number(/:(\d+)$/.exec(address)?.[1]);

async function refusesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

suite('the local cloud', () => {
  test('close() frees every port at once, with connections open, and removes its files', async (t) => {
    const cloud = await startLocalCloud();
    t.after(cloud.close);
    const ports = [
      cloud.storageOrigin,
      cloud.traceWriteAddress,
      cloud.traceReadOrigin,
      cloud.otlpOrigin,
      cloud.schedulerAddress,
    ].map(portOf);
    assert.equal(new Set(ports).size, 5);
    const sockets = await Promise.all(
      ports.map(async (port) => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        await once(socket, 'connect');
        return socket;
      }),
    );
    const sessions = [
      connectHttp2(`http://127.0.0.1:${portOf(cloud.schedulerAddress)}`),
      connectHttp2(`https://${cloud.traceWriteAddress}`, { ca: cloud.authority.certPem }),
    ];
    for (const session of sessions) session.on('error', () => {});
    await Promise.all(sessions.map((session) => once(session, 'remoteSettings')));
    const ended = [...sockets, ...sessions].map(
      (opened) => new Promise<void>((resolve) => opened.once('close', () => resolve())),
    );
    await (await fetch(`${cloud.storageOrigin}/storage/v1/b/none`)).text();
    assert.deepEqual(await readdir(cloud.configDir), []);
    await cloud.close();
    await Promise.all(ended);
    assert.deepEqual(
      await Promise.all(ports.map(refusesConnections)),
      ports.map(() => true),
    );
    await assert.rejects(access(cloud.authority.certFile), { code: 'ENOENT' });
    await cloud.close();
  });

  test('keeps its files from other users', async (t) => {
    const cloud = await startLocalCloud();
    t.after(cloud.close);
    const folder = await stat(new URL('.', `file://${cloud.authority.certFile}`).pathname);
    assert.equal(folder.mode & 0o077, 0);
  });

  test('issues certificates that hold for their hosts alone', async (t) => {
    const cloud = await startLocalCloud();
    t.after(cloud.close);
    const server = createServer(await cloud.authority.issue(['loadgen.local', '127.0.0.1']));
    server.on('request', (_, response) => response.end('ok'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const get = async (servername: string, ca?: string) => {
      const sent = request({
        host: '127.0.0.1',
        port,
        servername,
        agent: false,
        ...(ca && { ca }),
      });
      sent.end();
      const [response] = await once(sent, 'response');
      response.resume();
      return response.statusCode;
    };
    const ca = cloud.authority.certPem;
    assert.equal(await get('loadgen.local', ca), 200);
    await assert.rejects(get('other.local', ca), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    await assert.rejects(get('loadgen.local'), /certificate/);
  });

  test('a folder of works that cannot be read fails before anything is open', async () => {
    await assert.rejects(startLocalCloud({ works: '/does/not/exist' }), { code: 'ENOENT' });
  });
});
