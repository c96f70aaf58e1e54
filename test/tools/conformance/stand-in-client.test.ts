import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStandInClient } from '../../../tools/conformance/loadgen/stand-in-client.ts';

test('the client that stands behind a load generator answers health checks with ok, and keeps what else came', async (t) => {
  const client = await startStandInClient();
  t.after(client.close);
  const get = async (path: string) => {
    const answer = await fetch(`http://${client.address}${path}`);
    return [answer.status, await answer.text()];
  };
  for (const path of ['/health', '/_healthz', '/ready?bare']) {
    assert.deepEqual(await get(path), [200, 'ok']);
  }
  assert.deepEqual(await get('//?q=kestrel'), [404, '']);
  const posted = await fetch(`http://${client.address}/?q=kestrel`, { method: 'POST' });
  assert.deepEqual([posted.status, posted.headers.get('allow')], [405, 'GET']);
  assert.deepEqual(client.others, ['GET //?q=kestrel', 'POST /?q=kestrel']);
  assert.equal(client.requests.length, 0);
});
