import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CRC32C } from '@google-cloud/storage';
import { createRandom } from '../../../lib/random.ts';
import { crc32c } from '../../../services/server/crc32c.ts';

describe('crc32c', () => {
  // https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4, and the check value of the CRC catalogue
  const known = [
    ['no bytes', Buffer.alloc(0), 0],
    ['digits', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ] as const;
  for (const [name, bytes, value] of known) {
    test(`is right for ${name}`, () => {
      const expected = Buffer.alloc(4);
      expected.writeUInt32BE(value);
      assert.equal(crc32c([bytes]), expected.toString('base64'));
    });
  }

  test("is the library's, however the bytes are cut", () => {
    const random = createRandom(1);
    for (let round = 0; round < 300; round += 1) {
      const pieces = Array.from({ length: Math.floor(random() * 4) }, () =>
        Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => random() * 256)),
      );
      const library = new CRC32C();
      for (const piece of pieces) library.update(piece);
      assert.equal(crc32c(pieces), library.toString());
    }
  });
});
