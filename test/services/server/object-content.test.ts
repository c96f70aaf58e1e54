import assert from 'node:assert/strict';
import { PassThrough, type Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { crc32c } from '../../../services/server/crc32c.ts';
import { WORKS_LIMITS } from '../../../services/server/limits.ts';
import { createRoomAlone } from '../../../services/server/load-room.ts';
import { readContent } from '../../../services/server/object-content.ts';

const TEXT = Buffer.from('to be, or not to be\n');
const ref = { name: 'a', generation: '1', size: TEXT.length, crc32c: crc32c([TEXT]), gzip: false };
const read = (download: Readable) =>
  readContent({ ref, download, encoding: undefined, room: createRoomAlone(ref, WORKS_LIMITS) });

describe('readContent', () => {
  test('gives the pieces as they came, of a stream that was paused too', async () => {
    const download = new PassThrough();
    download.pause();
    download.write(TEXT.subarray(0, 6));
    download.end(TEXT.subarray(6));
    const pieces = await read(download);
    assert.deepEqual(pieces.map(String), ['to be,', ' or not to be\n']);
  });

  test('destroys a download that goes beyond what the listing announced', async () => {
    const download = new PassThrough();
    download.write(Buffer.concat([TEXT, Buffer.from('x')]));
    await assert.rejects(read(download), /got more than 20 bytes, expected 20 bytes/);
    assert.ok(download.destroyed);
  });

  test('fails as the download does', async () => {
    const download = new PassThrough();
    const reading = read(download);
    download.write(TEXT);
    download.destroy(new Error('the connection was reset'));
    await assert.rejects(reading, /the connection was reset/);
  });

  test('fails where the download closes before its end', async () => {
    const download = new PassThrough();
    const reading = read(download);
    download.write(TEXT);
    download.destroy();
    await assert.rejects(reading, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
  });
});
