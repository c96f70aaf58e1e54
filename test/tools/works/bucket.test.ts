import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { toKnownQueries } from '../../../lib/queries.ts';
import { type LocalCloud, startLocalCloud } from '../../../tools/local/cloud/local-cloud.ts';
import {
  LOCAL_QUERIES,
  WORKS_BUCKET,
  WORKS_PREFIX,
} from '../../../tools/local/cloud/storage/works.ts';
import { readBucket } from '../../../tools/works/bucket.ts';
import { countLinesWith, decodeText, linesOf } from '../../../tools/works/count.ts';

let cloud: LocalCloud;
before(async () => {
  cloud = await startLocalCloud();
});
afterEach(() => cloud.faults.clear());
after(() => cloud.close());

const read = (bucket = WORKS_BUCKET, prefix = WORKS_PREFIX) =>
  readBucket({
    bucket,
    prefix,
    access: 'public',
    apiEndpoint: cloud.storageOrigin,
    retryDelayMs: 1,
  });

describe('readBucket', () => {
  it('gives the plays, in which every query occurs as often as grep counted', async () => {
    const texts = await read();
    const lines = texts.flatMap(({ bytes }) => linesOf(decodeText(bytes)));
    const counts = Object.keys(LOCAL_QUERIES).map((query) => [query, countLinesWith(query, lines)]);
    assert.deepEqual(toKnownQueries(Object.fromEntries(counts)), toKnownQueries(LOCAL_QUERIES));
  });

  it('reads without a warning of node', async (t) => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    t.after(() => process.off('warning', note));
    await read();
    // A warning is told on the next tick.
    await setImmediate();
    assert.deepEqual(warnings, []);
  });

  for (const fault of [
    { name: 'a 503', rule: { error: 'UNAVAILABLE' } },
    { name: 'a reset in mid-body', rule: { resetMidBody: true } },
    { name: 'a flipped byte', rule: { corrupt: true } },
  ] as const) {
    it(`reads an object again after ${fault.name}`, async () => {
      const expected = await read();
      const injected = cloud.faults.inject({
        service: 'storage',
        operation: 'download',
        times: 1,
        ...fault.rule,
      });
      assert.deepEqual(await read(), expected);
      assert.equal(injected.applied(), 1);
    });
  }

  it('fails, rather than count too little, where one object cannot be read', async () => {
    cloud.faults.inject({
      service: 'storage',
      operation: 'download',
      target: `${WORKS_PREFIX}hamlet.txt`,
      error: 'UNAVAILABLE',
    });
    await assert.rejects(read());
  });

  it('says at once, without trying again, that a bucket is missing', async () => {
    await assert.rejects(read('no-such-bucket'), /reading gs:\/\/no-such-bucket failed/);
  });

  it('says what to do where access is denied', async () => {
    cloud.faults.inject({ service: 'storage', error: 'PERMISSION_DENIED' });
    await assert.rejects(read(), /if it is not public, use --access iam/);
  });

  for (const [answer, message] of [
    ['hello', /the answer is not a listing of objects/],
    ['{"items":5}', /the answer is not a listing of objects/],
    ['{"items":[null]}', /the answer is not a listing of objects/],
    ['{"items":[{"name":"a\\udfff"}]}', /the answer is not a listing of objects/],
    ['{"nextPageToken":"a\\udfff"}', /the answer is not a listing of objects/],
    ['{"nextPageToken":"a"}', /the listing repeats a page/],
  ] as const) {
    it(`refuses ${answer} for a listing`, async (t) => {
      const server = createServer((_request, response) => {
        response.setHeader('content-type', 'application/json').end(answer);
      }).listen(0, '127.0.0.1');
      t.after(() => server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const apiEndpoint = `http://127.0.0.1:${port}`;
      const reading = readBucket({ bucket: 'b', prefix: '', access: 'public', apiEndpoint });
      await assert.rejects(reading, message);
    });
  }

  it('refuses a prefix that no object has', async () => {
    await assert.rejects(read(WORKS_BUCKET, 'milton/'), /no object whose name begins with "milton/);
  });
});
