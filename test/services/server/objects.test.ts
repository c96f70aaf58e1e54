import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import type { WorksLimits } from '../../../services/server/limits.ts';
import type { ObjectStoreOptions } from '../../../services/server/objects.ts';
import { holdTimeouts } from '../../lib/held-timeouts.ts';
import type { FakeRequest, Fault } from './fake-storage.ts';
import { startObjectStore } from './object-store.ts';

const never = new AbortController().signal;

const ATTEMPT_TIMEOUT_MS = 60_000;

async function start(t: TestContext, options: Partial<ObjectStoreOptions> = {}, pageSize = 1_000) {
  const own = {
    prefix: 'shakespeare/',
    attempts: 3,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    ...options,
  };
  const { storage, store } = await startObjectStore(t, own, pageSize);
  const readAll = async (signal = never) => {
    const refs = await store.list(signal);
    return Promise.all(refs.map(async (ref) => Buffer.concat(await store.read(ref, signal))));
  };
  return { storage, store, readAll };
}

describe('list', () => {
  test('follows the pages to the end and pins each generation', async (t) => {
    const { storage, store } = await start(t, {}, 2);
    for (const n of [1, 2, 3, 4, 5]) storage.put(`shakespeare/${n}`, `text ${n}`, `${n}00`);
    const refs = await store.list(never);
    assert.deepEqual(
      refs.map(({ name, generation }) => [name, generation]),
      [1, 2, 3, 4, 5].map((n) => [`shakespeare/${n}`, `${n}00`]),
    );
    assert.equal(storage.lists(), 3);
  });

  test('leaves out other prefixes and the placeholders of folders', async (t) => {
    const { storage, store } = await start(t);
    for (const name of ['other/a', 'shakespeare/', 'shakespeare/a']) storage.put(name, '');
    assert.deepEqual(
      (await store.list(never)).map(({ name }) => name),
      ['shakespeare/a'],
    );
  });

  test('is empty where nothing has the prefix', async (t) => {
    const { store } = await start(t);
    assert.deepEqual(await store.list(never), []);
  });

  test('tries a page again after a 503 without listing the earlier pages again', async (t) => {
    const { storage, store } = await start(t, {}, 1);
    storage.put('shakespeare/a', 'a');
    storage.put('shakespeare/b', 'b');
    storage.state.fault = (_request, earlier) =>
      earlier === 1 ? { kind: 'status', status: 503 } : undefined;
    assert.equal((await store.list(never)).length, 2);
    assert.equal(storage.lists(), 3);
  });

  test('gives up a listing that hangs once all attempts missed their deadline', async (t) => {
    const { storage, store } = await start(t, { attempts: 2 });
    const hang = timedOut(t, { kind: 'hang', after: 'request' });
    storage.state.fault = () => hang;
    await assert.rejects(store.list(never), { name: 'TimeoutError' });
    assert.equal(storage.lists(), 2);
  });

  const twoObjects: [title: string, limits: WorksLimits, fits: boolean][] = [
    ['takes as many objects as are allowed', { objects: 2, bytes: 1_000 }, true],
    ['refuses one object more', { objects: 1, bytes: 1_000 }, false],
    ['takes as many bytes as are allowed', { objects: 10, bytes: 8 }, true],
    ['refuses one byte more', { objects: 10, bytes: 7 }, false],
  ];
  for (const [title, limits, fits] of twoObjects) {
    test(`${title}, and says what is allowed`, async (t) => {
      const { storage, store } = await start(t, { limits }, 1);
      for (const name of ['a', 'b']) storage.put(`shakespeare/${name}`, 'text');
      if (fits) return assert.equal((await store.list(never)).length, 2);
      await assert.rejects(store.list(never), {
        kind: 'failedPrecondition',
        message: `the bucket and prefix hold more than can be searched, counted up to object "shakespeare/b"; allowed: ${limits.objects} objects with ${limits.bytes} bytes in all`,
      });
    });
  }

  test('reads no page beyond the one that has too many objects', async (t) => {
    const { storage, store } = await start(t, { limits: { objects: 2, bytes: 1_000 } }, 1);
    for (const n of [1, 2, 3, 4, 5]) storage.put(`shakespeare/${n}`, 'text');
    await assert.rejects(store.list(never), { kind: 'failedPrecondition' });
    assert.equal(storage.lists(), 3);
  });

  test('does not follow a page token a second time', { timeout: 60_000 }, async (t) => {
    const { storage, store } = await start(t);
    storage.state.fault = () => ({ kind: 'page', page: { nextPageToken: 'again' } });
    await assert.rejects(store.list(never), /repeats page token again/);
    assert.equal(storage.lists(), 2);
  });

  test('tries again after a page that is not one', async (t) => {
    const { storage, store } = await start(t);
    storage.put('shakespeare/a', 'a');
    storage.state.fault = (_request, earlier) =>
      earlier === 0 ? { kind: 'page', page: { items: [{ name: 'shakespeare/a' }] } } : undefined;
    assert.equal((await store.list(never)).length, 1);
    assert.equal(storage.lists(), 2);
  });

  for (const [bytes, pages] of [
    [8_000_000, 1],
    [9_000_000, 3],
  ] as const) {
    const what =
      pages === 1 ? 'reads a page of less than' : 'tries a page again that has more than';
    test(`${what} 8 MiB, and then ${pages === 1 ? 'goes on' : 'gives up'}`, async (t) => {
      const { storage, store } = await start(t);
      const page = { items: [], kind: 'x'.repeat(bytes) };
      storage.state.fault = () => ({ kind: 'page', page });
      const listed = store.list(never);
      if (pages === 1) assert.deepEqual(await listed, []);
      else await assert.rejects(listed, /more than 8388608 bytes/);
      assert.equal(storage.lists(), pages);
    });
  }

  test('survives a listing whose items are no list', async (t) => {
    const { storage, store } = await start(t);
    storage.state.fault = () => ({ kind: 'page', page: { items: 'none' } });
    await assert.rejects(store.list(never), { name: 'ZodError' });
  });

  test('does not repeat a request that was refused', async (t) => {
    const { storage, store } = await start(t);
    storage.state.fault = () => ({ kind: 'status', status: 403 });
    await assert.rejects(store.list(never), { kind: 'failedPrecondition' });
    assert.equal(storage.lists(), 1);
  });
});

describe('read', () => {
  test('returns the bytes', async (t) => {
    const { storage, readAll } = await start(t);
    storage.put('shakespeare/a ö/?#%', Buffer.from([0xe4, 0x0a, 0x00, 0xff]));
    storage.put('shakespeare/empty', '');
    const [odd, empty] = await readAll();
    assert.deepEqual(odd, Buffer.from([0xe4, 0x0a, 0x00, 0xff]));
    assert.equal(empty?.length, 0);
  });

  test('prints no warning of node about the listeners that the library adds', async (t) => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    t.after(() => process.off('warning', onWarning));
    const { storage, readAll } = await start(t);
    storage.put('shakespeare/a', 'x'.repeat(300_000));
    await readAll();
    assert.deepEqual(warnings, []);
  });

  test('goes by the checksum of the listing, not by a header beside the content', async (t) => {
    const { storage, readAll } = await start(t);
    storage.put('shakespeare/a', 'to be');
    storage.state.fault = firstRead(1, { kind: 'wrong-hash-header' });
    assert.equal(String((await readAll())[0]), 'to be');
  });

  for (const encoding of ['GZIP', 'x-gzip']) {
    test(`takes the content encoding ${encoding} for gzip`, async (t) => {
      const { storage, readAll } = await start(t);
      storage.put('shakespeare/a', 'to be', '1', true);
      Object.assign(storage.objects.get('shakespeare/a') ?? {}, { encoding });
      assert.equal(String((await readAll())[0]), 'to be');
    });
  }

  for (const encoding of ['br', 'zstd', 'deflate', 'gzip, gzip']) {
    test(`names an object that is stored as ${encoding}, without reading it`, async (t) => {
      const { storage, readAll } = await start(t);
      storage.put('shakespeare/a', 'to be');
      Object.assign(storage.objects.get('shakespeare/a') ?? {}, { encoding });
      await assert.rejects(readAll(), {
        kind: 'failedPrecondition',
        message: new RegExp(`"shakespeare/a" .* stored with the content encoding "${encoding}"`),
      });
      assert.deepEqual([storage.lists(), storage.reads().length], [1, 0]);
    });
  }

  test('names an object that arrives with a content encoding that it is not stored with', async (t) => {
    const { storage, readAll } = await start(t);
    storage.put('shakespeare/a', 'to be');
    storage.state.fault = firstRead(3, { kind: 'encoded', encoding: 'br' });
    await assert.rejects(readAll(), /"shakespeare\/a" .* arrives with the content encoding "br"/);
    assert.equal(storage.reads().length, 1);
  });

  test('names an object that is marked gzip and is not', async (t) => {
    const { storage, readAll } = await start(t);
    storage.put('shakespeare/a', 'to be');
    Object.assign(storage.objects.get('shakespeare/a') ?? {}, { encoding: 'gzip' });
    await assert.rejects(readAll(), {
      kind: 'failedPrecondition',
      message: /"shakespeare\/a" .* has the content encoding gzip and is not valid gzip/,
    });
    assert.equal(storage.reads().length, 1);
  });

  test('names an object without a checksum, without reading it', async (t) => {
    const { storage, readAll } = await start(t);
    storage.put('shakespeare/a', 'to be');
    Object.assign(storage.objects.get('shakespeare/a') ?? {}, { noChecksum: true });
    await assert.rejects(readAll(), /"shakespeare\/a" .* has no checksum in the listing/);
    assert.deepEqual([storage.lists(), storage.reads().length], [1, 0]);
  });

  for (const status of [400, 401, 403, 412]) {
    test(`does not repeat a download that is refused with ${status}`, async (t) => {
      const { storage, readAll } = await start(t);
      storage.put('shakespeare/a', 'to be');
      storage.state.fault = firstRead(3, { kind: 'status', status });
      await assert.rejects(readAll(), { kind: 'failedPrecondition' });
      assert.equal(storage.reads().length, 1);
    });
  }

  test('returns the text of an object that is stored compressed', async (t) => {
    const { storage, readAll } = await start(t);
    storage.put('shakespeare/a', 'to be\n'.repeat(100), '1', true);
    assert.equal(String((await readAll())[0]), 'to be\n'.repeat(100));
  });

  const fixed: [title: string, fault: Fault][] = [
    ['a 503', { kind: 'status', status: 503 }],
    ['a 429', { kind: 'status', status: 429 }],
    ['a 500', { kind: 'status', status: 500 }],
    ['a reset in the middle of the body', { kind: 'reset' }],
    ['a download that never begins', { kind: 'hang', after: 'request' }],
    ['a download that stops half-way', { kind: 'hang', after: 'half' }],
    ['other bytes under a matching hash header', { kind: 'corrupt', hash: 'matching' }],
    ['other bytes without a hash header', { kind: 'corrupt', hash: 'none' }],
    ['more bytes than the listing says', { kind: 'endless' }],
    [
      'more bytes than the listing says, compressed on the way',
      { kind: 'compressed', bytes: Buffer.alloc(100_000) },
    ],
  ];
  for (const [title, fault] of fixed) {
    test(`tries again after ${title}`, async (t) => {
      const { storage, readAll } = await start(t);
      storage.put('shakespeare/a', 'to be, or not to be\n');
      storage.state.fault = firstRead(1, timedOut(t, fault));
      assert.equal(String((await readAll())[0]), 'to be, or not to be\n');
      assert.equal(storage.reads().length, 2);
    });

    test(`fails after ${title} at every attempt`, async (t) => {
      const { storage, readAll } = await start(t);
      storage.put('shakespeare/a', 'to be, or not to be\n');
      storage.state.fault = firstRead(Number.POSITIVE_INFINITY, timedOut(t, fault));
      await assert.rejects(readAll());
      assert.equal(storage.reads().length, 3);
    });
  }

  test('hangs up as soon as there is more than the listing says', async (t) => {
    const { storage, readAll } = await start(t, { attempts: 1 });
    storage.put('shakespeare/a', 'to be', '77');
    storage.state.fault = firstRead(1, { kind: 'endless' });
    await assert.rejects(
      readAll(),
      /shakespeare\/a", generation 77: got more than 5 bytes, expected 5 bytes/,
    );
    while (storage.state.abandoned === 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test('returns the bytes of what was compressed on the way, even where that made it longer', async (t) => {
    const { storage, readAll } = await start(t);
    const texts = ['', 'x', String(Buffer.alloc(50_000, 'to be\n'))];
    for (const [n, text] of texts.entries()) storage.put(`shakespeare/${n}`, text);
    storage.state.fault = firstRead(1, { kind: 'compressed' });
    assert.deepEqual((await readAll()).map(String), texts);
    assert.equal(storage.reads().length, texts.length);
  });

  test('unpacks no more of an object than all may come to, and does not try again', async (t) => {
    const { storage, readAll } = await start(t, { limits: { objects: 10, bytes: 1_000 } });
    storage.put('shakespeare/a', 'x'.repeat(1_000), '1', true);
    assert.equal((await readAll())[0]?.length, 1_000);
    storage.put('shakespeare/a', 'x'.repeat(1_001), '2', true);
    await assert.rejects(readAll(), { kind: 'failedPrecondition' });
    assert.equal(storage.reads().length, 2);
  });

  test('says what differed where the content is corrupt', async (t) => {
    const { storage, readAll } = await start(t, { attempts: 1 });
    storage.put('shakespeare/a', 'to be', '77');
    storage.state.fault = firstRead(1, { kind: 'corrupt', hash: 'none' });
    await assert.rejects(
      readAll(),
      /shakespeare\/a", generation 77: got 5 bytes with crc32c .*, expected 5/,
    );
  });

  test('fails at once where the pinned generation is gone', async (t) => {
    const { storage, store } = await start(t);
    storage.put('shakespeare/a', 'old', '1');
    const [ref] = await store.list(never);
    assert.ok(ref);
    storage.put('shakespeare/a', 'new', '2');
    await assert.rejects(store.read(ref, never), { code: 404 });
    assert.equal(storage.reads().length, 1);
  });

  test('does not disturb other downloads when one breaks off', async (t) => {
    const { storage, readAll } = await start(t);
    for (const n of [1, 2, 3, 4]) storage.put(`shakespeare/${n}`, 'x'.repeat(1_000));
    storage.state.fault = (request, earlier) => {
      if (request.name === 'shakespeare/1' && earlier === 0) return { kind: 'reset' };
      return undefined;
    };
    await readAll();
    assert.equal(storage.reads().length, 5);
  });

  test('hangs up on Storage when the caller goes away', async (t) => {
    const { storage, readAll } = await start(t);
    storage.put('shakespeare/a', 'text');
    const caller = new AbortController();
    storage.state.fault = (request) => {
      if (request.kind === 'list') return undefined;
      setImmediate(() => caller.abort(new Error('gone')));
      return { kind: 'hang', after: 'half' };
    };
    await assert.rejects(readAll(caller.signal), /gone/);
    while (storage.state.abandoned === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(storage.reads().length, 1);
  });
});

describe('access', () => {
  test('is anonymous for a public bucket', async (t) => {
    const { storage, store } = await start(t);
    await store.list(never);
    assert.equal(storage.requests[0]?.authorization, undefined);
  });

  test("carries the service account's token for iam", async (t) => {
    await startMetadata(t, '{"access_token":"secret","expires_in":3600,"token_type":"Bearer"}');
    const { storage, store } = await start(t, { access: 'iam' });
    await store.list(never);
    assert.equal(storage.requests[0]?.authorization, 'Bearer secret');
  });

  test('gives up where no token comes', async (t) => {
    const timeouts = holdTimeouts(t);
    const { asked } = await startMetadata(t, undefined);
    const { storage, store } = await start(t, { access: 'iam', attempts: 1 });
    const listing = assert.rejects(store.list(never), { name: 'TimeoutError' });
    await asked;
    timeouts.pass(ATTEMPT_TIMEOUT_MS);
    await listing;
    const size = { size: 1, crc32c: '', gzip: false };
    const ref = { name: 'a', generation: '1', ...size };
    const reading = assert.rejects(store.read(ref, never), { name: 'TimeoutError' });
    await new Promise(setImmediate);
    timeouts.pass(ATTEMPT_TIMEOUT_MS);
    await reading;
    assert.deepEqual(storage.requests, []);
  });
});

/** A metadata server that gives this token, or leaves every request for one unanswered. */
async function startMetadata(t: TestContext, token: string | undefined) {
  const asked = Promise.withResolvers<void>();
  const metadata = createServer((request, response) => {
    response.setHeader('metadata-flavor', 'Google');
    response.setHeader('content-type', 'application/json');
    if (!request.url?.includes('/token')) response.end('{}');
    else if (token === undefined) asked.resolve();
    else response.end(token);
  }).listen(0, '127.0.0.1');
  await once(metadata, 'listening');
  const { port } = metadata.address() as AddressInfo;
  process.env.GCE_METADATA_HOST = `127.0.0.1:${port}`;
  process.env.CLOUDSDK_CONFIG = '/nonexistent';
  t.after(() => {
    delete process.env.GCE_METADATA_HOST;
    delete process.env.CLOUDSDK_CONFIG;
    metadata.closeAllConnections();
    metadata.close();
  });
  return { asked: asked.promise };
}

/** A fault that hangs until the time for the attempt is over. */
function timedOut(t: TestContext, fault: Fault): Fault {
  if (fault.kind !== 'hang') return fault;
  const timeouts = holdTimeouts(t);
  return { ...fault, silent: () => timeouts.pass(ATTEMPT_TIMEOUT_MS) };
}

function firstRead(times: number, fault: Fault) {
  return (request: FakeRequest, earlier: number) =>
    request.kind === 'read' && earlier < times ? fault : undefined;
}
