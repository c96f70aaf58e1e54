import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { suite, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startLocalCloud } from '../../../../../tools/local/cloud/local-cloud.ts';

/** What libraries in other languages ask; by node:http, which changes no header on its way. */
async function setUp(t: TestContext) {
  const cloud = await startLocalCloud();
  t.after(cloud.close);
  const { objects } = cloud.storage;
  objects.createBucket('texts');
  objects.createBucket('private', { public: false });
  const plain = objects.put('texts', { name: 'a b/é.txt', bytes: Buffer.from('0123456789') });
  objects.put('texts', {
    name: 'packed.txt',
    bytes: gzipSync('unpacked'),
    contentEncoding: 'gzip',
  });
  objects.put('private', { name: 'a.txt', bytes: Buffer.from('secret') });
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    get(`${cloud.storageOrigin}${path}`, { headers, agent: false }, resolve).once('error', reject);
    const response = await promise;
    const body = Buffer.concat(await response.toArray());
    return { status: response.statusCode, headers: response.headers, body };
  };
  return { ask, plain };
}

const PATH = `/texts/${encodeURIComponent('a b')}/${encodeURIComponent('é.txt')}`;

suite('the XML API', () => {
  test('gives an object with its generation and checksum', async (t) => {
    const { ask, plain } = await setUp(t);
    const { status, headers, body } = await ask(PATH);
    assert.equal(status, 200);
    assert.equal(String(body), '0123456789');
    assert.equal(headers['x-goog-generation'], plain.generation);
    assert.equal(headers['x-goog-hash'], `crc32c=${plain.crc32c},md5=${plain.md5}`);
    assert.equal(headers['x-goog-stored-content-length'], '10');
  });

  test('gives a range, and says of how many bytes', async (t) => {
    const { ask } = await setUp(t);
    for (const [range, text, says] of [
      ['bytes=2-4', '234', 'bytes 2-4/10'],
      ['bytes=8-', '89', 'bytes 8-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
    ] as const) {
      const { status, headers, body } = await ask(PATH, { range });
      assert.deepEqual([status, String(body), headers['content-range']], [206, text, says]);
    }
  });

  test('answers its errors in XML', async (t) => {
    const { ask } = await setUp(t);
    const error = async (path: string, headers: Record<string, string> = {}) => {
      const { status, headers: head, body } = await ask(path, headers);
      assert.match(String(head['content-type']), /^application\/xml/);
      return [status, /<Code>(\w+)<\/Code>/.exec(String(body))?.[1]];
    };
    assert.deepEqual(await error('/texts/none'), [404, 'NoSuchKey']);
    assert.deepEqual(await error('/nothing/none'), [404, 'NoSuchKey']);
    assert.deepEqual(await error('/private/a.txt'), [401, 'AccessDenied']);
    assert.deepEqual(await error(PATH, { range: 'bytes=10-' }), [416, 'InvalidRange']);
    const other = { 'x-goog-if-generation-match': '1' };
    assert.deepEqual(await error(PATH, other), [412, 'PreconditionFailed']);
  });

  test('reads a generation, and only while it is the live one', async (t) => {
    const { ask, plain } = await setUp(t);
    assert.equal((await ask(`${PATH}?generation=${plain.generation}`)).status, 200);
    assert.equal((await ask(`${PATH}?generation=1`)).status, 404);
    const same = { 'x-goog-if-generation-match': plain.generation };
    assert.equal((await ask(PATH, same)).status, 200);
    const not = { 'x-goog-if-generation-not-match': plain.generation };
    assert.equal((await ask(PATH, not)).status, 304);
  });
});

suite('an object that is stored as gzip', () => {
  const json = '/download/storage/v1/b/texts/o/packed.txt?alt=media';
  for (const path of ['/texts/packed.txt', json]) {
    test(`is unpacked for a caller that does not accept gzip: ${path}`, async (t) => {
      const { ask } = await setUp(t);
      const { status, headers, body } = await ask(path, { range: 'bytes=0-3' });
      assert.deepEqual([status, String(body)], [200, 'unpacked']);
      assert.equal(headers['content-encoding'], undefined);
      assert.equal(headers['x-goog-stored-content-encoding'], 'gzip');
      assert.match(String(headers.warning), /gunzipped/);
    });

    test(`stays as it is stored for a caller that accepts it: ${path}`, async (t) => {
      const { ask } = await setUp(t);
      const { headers, body } = await ask(path, { 'accept-encoding': 'deflate, gzip;q=0.8' });
      assert.equal(headers['content-encoding'], 'gzip');
      assert.deepEqual(body, gzipSync('unpacked'));
    });
  }
});

suite('a listing', () => {
  test('has no bound where the offsets are empty, as the library for Go sends them', async (t) => {
    const { ask } = await setUp(t);
    const query = 'prefix=&startOffset=&endOffset=&maxResults=&pageToken=&delimiter=';
    const { body } = await ask(`/storage/v1/b/texts/o?${query}`);
    const { items } = JSON.parse(String(body));
    assert.deepEqual(
      items.map(({ name }: { name: string }) => name),
      ['a b/é.txt', 'packed.txt'],
    );
  });
});
