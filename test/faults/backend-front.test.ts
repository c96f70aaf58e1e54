import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startHttpService } from '../../tools/local/cloud/http-service.ts';
import { keyOfStorage, startBackendFront } from './backend-front.ts';

/** A backend that answers with the path it got, or breaks off, behind a front. */
async function start(t: TestContext) {
  const backend = await startHttpService(async (request, response) => {
    if (request.url === '/o/broken') request.socket.resetAndDestroy();
    else response.end(request.url);
  });
  t.after(backend.close);
  const front = await startBackendFront({ origin: backend.origin, keyOf: keyOfStorage });
  t.after(front.close);
  const ask = async (path: string, trace = '') =>
    (
      await fetch(`http://127.0.0.1:${front.port}${path}`, {
        headers: { 'x-cloud-trace-context': `${trace}/1;o=1` },
      })
    ).text();
  return { front, ask };
}

test('a front passes calls, and counts those of one trace for one object or page', async (t) => {
  const { front, ask } = await start(t);
  assert.equal(await ask('/o/a?alt=media', 'one'), '/o/a?alt=media');
  await ask('/o/a', 'two');
  assert.equal(front.mostAttempts(), 1);
  await ask('/o/a', 'one');
  await ask('/o?pageToken=x', 'one');
  assert.equal(front.mostAttempts(), 2);
  assert.equal(front.calls('object '), 3);
  assert.equal(front.calls('page x'), 1);
});

test('a front answers in place of the backend, and sends a call elsewhere', async (t) => {
  const { front, ask } = await start(t);
  front.intercept(async (call) => {
    call.url.searchParams.set('pageToken', '2');
    if (call.attempt === 1) return false;
    const { body } = await call.fetch();
    call.response.end(`no ${body}`);
    return true;
  });
  assert.equal(await ask('/o'), '/o?pageToken=2');
  assert.equal(await ask('/o'), 'no /o?pageToken=2');
  front.intercept();
  assert.equal(await ask('/o'), '/o');
});

test('a connection that the backend breaks is broken for the caller', async (t) => {
  const { ask } = await start(t);
  await assert.rejects(ask('/o/broken'), (error: Error) => /ECONNRESET/.test(String(error.cause)));
});
