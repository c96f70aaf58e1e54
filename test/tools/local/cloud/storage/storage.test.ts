import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type GetFilesOptions, Storage } from '@google-cloud/storage';
import { startLocalCloud } from '../../../../../tools/local/cloud/local-cloud.ts';
import { WORKS_BUCKET, WORKS_PREFIX } from '../../../../../tools/local/cloud/storage/works.ts';

async function setUp(t: TestContext) {
  const cloud = await startLocalCloud();
  t.after(cloud.close);
  const storage = new Storage({
    apiEndpoint: cloud.storageOrigin,
    projectId: cloud.projectId,
    retryOptions: { autoRetry: false },
  });
  return { cloud, storage, bucket: storage.bucket(WORKS_BUCKET) };
}

const CAESAR = `${WORKS_PREFIX}caesar.txt`;

suite('Cloud Storage, by the real client', () => {
  test('lists the three plays under the prefix with size, checksum and generation', async (t) => {
    const { bucket } = await setUp(t);
    const [files] = await bucket.getFiles({ prefix: WORKS_PREFIX });
    assert.deepEqual(
      files.map(({ name, metadata }) => [name, metadata.size]),
      [
        [CAESAR, '112310'],
        [`${WORKS_PREFIX}hamlet.txt`, '162881'],
        [`${WORKS_PREFIX}macbeth.txt`, '100351'],
      ],
    );
    for (const { metadata } of files) {
      assert.match(String(metadata.crc32c), /^[A-Za-z0-9+/]{6}==$/);
      assert.match(String(metadata.generation), /^\d{16}$/);
    }
  });

  test('pages a listing, in the order of UTF-8 bytes', async (t) => {
    const { cloud, bucket, storage } = await setUp(t);
    cloud.storage.objects.createBucket('many');
    const names = ['a', 'b/1', 'b/2', 'é', 'z', '￿', '😀'];
    for (const name of [...names].reverse()) {
      cloud.storage.objects.put('many', { name, bytes: Buffer.from(name) });
    }
    const [files] = await storage.bucket('many').getFiles({ maxResults: 3, autoPaginate: true });
    assert.equal(files.length, 3, 'maxResults bounds the whole of an automatic listing');
    const seen: string[] = [];
    let pageToken: string | undefined;
    let pages = 0;
    do {
      const [page, next]: [{ name: string }[], { pageToken?: string } | null, unknown] =
        await storage.bucket('many').getFiles({
          maxResults: 3,
          autoPaginate: false,
          ...(pageToken !== undefined && { pageToken }),
        });
      seen.push(...page.map(({ name }) => name));
      pageToken = next?.pageToken;
      pages += 1;
    } while (pageToken !== undefined);
    assert.deepEqual(seen, ['a', 'b/1', 'b/2', 'z', 'é', '￿', '😀']);
    assert.equal(pages, 3);
    const [empty] = await bucket.getFiles({ prefix: 'nothing/' });
    assert.deepEqual(empty, []);
  });

  test('lists folders by a delimiter, and between two names', async (t) => {
    const { cloud, storage } = await setUp(t);
    cloud.storage.objects.createBucket('tree');
    for (const name of ['a', 'b/1', 'b/2', 'c/1', 'd']) {
      cloud.storage.objects.put('tree', { name, bytes: Buffer.from(name) });
    }
    const list = async (query: GetFilesOptions) => {
      const [files, , answer] = await storage
        .bucket('tree')
        .getFiles({ autoPaginate: false, ...query });
      const { prefixes = [] } = answer as { prefixes?: string[] };
      return [...files.map(({ name }) => name), ...prefixes];
    };
    assert.deepEqual(await list({ delimiter: '/' }), ['a', 'd', 'b/', 'c/']);
    assert.deepEqual(await list({ delimiter: '/', prefix: 'b/' }), ['b/1', 'b/2']);
    assert.deepEqual(await list({ startOffset: 'b/2', endOffset: 'd' }), ['b/2', 'c/1']);
  });

  test('says what of a listing it cannot do, and leaves an empty list out', async (t) => {
    const { cloud } = await setUp(t);
    const base = `${cloud.storageOrigin}/storage/v1/b/${WORKS_BUCKET}/o`;
    for (const [query, message] of [
      ['maxResults=0', /maxResults: 0; allowed: 1 or more/],
      ['maxResults=many', /maxResults: many/],
      ['pageToken=%2a', /pageToken/],
    ] as const) {
      const response = await fetch(`${base}?${query}`);
      const { error } = (await response.json()) as { error: { code: number; message: string } };
      assert.deepEqual([response.status, error.code], [400, 400], query);
      assert.match(error.message, message);
    }
    const empty = await (await fetch(`${base}?prefix=nothing/`)).json();
    assert.deepEqual(empty, { kind: 'storage#objects' });
  });

  test('gives at most 1,000 objects at once', async (t) => {
    const { cloud } = await setUp(t);
    cloud.storage.objects.createBucket('large');
    for (let count = 0; count < 1_001; count += 1) {
      cloud.storage.objects.put('large', { name: String(count), bytes: Buffer.alloc(0) });
    }
    const response = await fetch(`${cloud.storageOrigin}/storage/v1/b/large/o?maxResults=5000`);
    const page = (await response.json()) as { items: unknown[]; nextPageToken?: string };
    assert.equal(page.items.length, 1_000);
    assert.ok(page.nextPageToken);
  });

  test('can only be read, and by nobody with a bad token, even where it is public', async (t) => {
    const { cloud } = await setUp(t);
    const url = `${cloud.storageOrigin}/storage/v1/b/${WORKS_BUCKET}/o`;
    assert.equal((await fetch(url, { method: 'POST' })).status, 405);
    const headers = { authorization: 'Bearer made-up' };
    assert.equal((await fetch(url, { headers })).status, 401);
  });

  test('downloads the bytes as they are, ISO-8859-1 included', async (t) => {
    const { cloud, bucket } = await setUp(t);
    const [bytes] = await bucket.file(CAESAR).download();
    const kept = cloud.storage.objects.bucket(WORKS_BUCKET)?.objects.get(CAESAR);
    assert.ok(kept && bytes.equals(kept.bytes));
    assert.ok(bytes.includes(0xe6), 'the æ of Cæsar is one byte');
  });

  test('serves what is stored as gzip as it is, and the client unpacks it', async (t) => {
    const { cloud, bucket } = await setUp(t);
    const name = `${WORKS_PREFIX}packed.txt`;
    const bytes = gzipSync('to be\n');
    cloud.storage.objects.put(WORKS_BUCKET, { name, bytes, contentEncoding: 'gzip' });
    const [metadata] = await bucket.file(name).getMetadata();
    assert.equal(metadata.contentEncoding, 'gzip');
    assert.equal(metadata.size, String(bytes.length));
    const [text] = await bucket.file(name).download();
    assert.equal(text.toString(), 'to be\n');
    const [stored] = await bucket.file(name).download({ decompress: false });
    assert.ok(stored.equals(bytes));
  });

  test('lets the client notice a body that does not match its checksum', async (t) => {
    const { cloud, bucket } = await setUp(t);
    cloud.faults.inject({ service: 'storage', operation: 'download', corrupt: true, times: 1 });
    await assert.rejects(bucket.file(CAESAR).download(), { code: 'CONTENT_DOWNLOAD_MISMATCH' });
    await bucket.file(CAESAR).download();
  });

  test('reads one generation only, and answers 404 once it is gone', async (t) => {
    const { cloud, bucket } = await setUp(t);
    const old = cloud.storage.objects.bucket(WORKS_BUCKET)?.objects.get(CAESAR)?.generation ?? '';
    const { generation } = cloud.storage.objects.put(WORKS_BUCKET, {
      name: CAESAR,
      bytes: Buffer.from('new'),
    });
    assert.ok(BigInt(generation) > BigInt(old));
    // generations grow within one tick of the clock, too
    const again = ['x', 'y', 'z'].map((name) =>
      BigInt(cloud.storage.objects.put(WORKS_BUCKET, { name, bytes: Buffer.alloc(0) }).generation),
    );
    assert.deepEqual(again, [...new Set(again)].sort());
    const [text] = await bucket.file(CAESAR, { generation }).download();
    assert.equal(text.toString(), 'new');
    await assert.rejects(bucket.file(CAESAR, { generation: old }).download(), { code: 404 });
  });

  test('says what is missing in the JSON shape of Google', async (t) => {
    const { storage, bucket } = await setUp(t);
    await assert.rejects(bucket.file('nothing.txt').getMetadata(), {
      code: 404,
      message: `No such object: ${WORKS_BUCKET}/nothing.txt`,
      errors: [
        {
          message: `No such object: ${WORKS_BUCKET}/nothing.txt`,
          domain: 'global',
          reason: 'notFound',
        },
      ],
    });
    await assert.rejects(bucket.file('nothing.txt').download(), { code: 404 });
    await assert.rejects(storage.bucket('none').getFiles(), {
      code: 404,
      message: 'The specified bucket does not exist.',
    });
  });

  test('answers 503 as often as injected', async (t) => {
    const { cloud, bucket } = await setUp(t);
    cloud.faults.inject({ service: 'storage', operation: 'list', error: 'UNAVAILABLE', times: 2 });
    await assert.rejects(bucket.getFiles(), { code: 503 });
    await assert.rejects(bucket.getFiles(), { code: 503 });
    assert.equal((await bucket.getFiles())[0].length, 3);
  });
});

suite('Cloud Storage, by its protocol', () => {
  const get = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  test('serves the same under /storage/v1, /download/storage/v1 and bare paths', async (t) => {
    const { cloud } = await setUp(t);
    const path = `/b/${WORKS_BUCKET}/o/${encodeURIComponent(CAESAR)}?alt=media`;
    for (const base of ['', '/storage/v1', '/download/storage/v1']) {
      const { status, text } = await get(`${cloud.storageOrigin}${base}${path}`);
      assert.equal(status, 200);
      assert.ok(text.includes('The Tragedie of Julius Caesar'));
    }
  });

  test('holds generation conditions: 412 and 304', async (t) => {
    const { cloud } = await setUp(t);
    const url = `${cloud.storageOrigin}/storage/v1/b/${WORKS_BUCKET}/o/${encodeURIComponent(CAESAR)}`;
    const generation = JSON.parse((await get(url)).text).generation;
    const cases = [
      [`ifGenerationMatch=${generation}`, 200],
      ['ifGenerationMatch=1', 412],
      ['ifGenerationNotMatch=1', 200],
      [`ifGenerationNotMatch=${generation}`, 304],
      ['ifGenerationMatch=one', 400],
      ['ifMetagenerationMatch=2', 412],
    ] as const;
    for (const [query, status] of cases) {
      assert.equal((await get(`${url}?${query}`)).status, status, query);
    }
  });

  test('serves one range of bytes, and 416 past the end', async (t) => {
    const { cloud } = await setUp(t);
    const url = `${cloud.storageOrigin}/storage/v1/b/${WORKS_BUCKET}/o/${encodeURIComponent(CAESAR)}?alt=media`;
    const range = await get(url, { range: 'bytes=1-7' });
    assert.deepEqual(
      [range.status, range.text, range.headers.get('content-range')],
      [206, 'The Tra', 'bytes 1-7/112310'],
    );
    assert.equal((await get(url, { range: 'bytes=112310-' })).status, 416);
  });

  test('a private bucket needs an access token of the project', async (t) => {
    const { cloud } = await setUp(t);
    cloud.storage.objects.createBucket('private', { public: false });
    const url = `${cloud.storageOrigin}/storage/v1/b/private/o`;
    const bearer = (email: string) => ({
      authorization: `Bearer ${cloud.tokens.issueAccessToken(email).token}`,
    });
    assert.equal((await get(url)).status, 401);
    assert.match((await get(url)).text, /Anonymous caller does not have storage\.objects\.list/);
    assert.equal((await get(url, { authorization: 'Bearer made-up' })).status, 401);
    assert.equal((await get(url, bearer('x@elsewhere.iam.gserviceaccount.com'))).status, 403);
    assert.equal((await get(url, bearer(cloud.serviceAccount('server')))).status, 200);
  });

  test('resets the connection in mid-body where told to', async (t) => {
    const { cloud } = await setUp(t);
    cloud.faults.inject({ service: 'storage', operation: 'download', resetMidBody: true });
    const url = `${cloud.storageOrigin}/storage/v1/b/${WORKS_BUCKET}/o/${encodeURIComponent(CAESAR)}?alt=media`;
    await assert.rejects(get(url), /terminated/);
  });
});
