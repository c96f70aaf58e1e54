import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CRC32C } from '@google-cloud/storage';
import { createRandom } from '../../../lib/random.ts';
import { crc32c } from '../../../services/server/crc32c.ts';

function base64Of(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

/** Bit by bit, as the polynomial says. */
function crcPlainly(bytes: Iterable<number>): string {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return base64Of(~crc >>> 0);
}

describe('crc32c', () => {
  const upwards = Array.from({ length: 32 }, (_, at) => at);
  const scsiRead =
    '01c00000000000000000000000000000140000000000040000000014000000182800000000000000' +
    '0200000000000000';
  // https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4, and the check value of the CRC catalogue
  const known = [
    ['no bytes', Buffer.alloc(0), 0],
    ['digits', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['32 bytes that rise', Buffer.from(upwards), 0x46dd794e],
    ['32 bytes that fall', Buffer.from(upwards.toReversed()), 0x113fdb5c],
    ['a read command of iSCSI', Buffer.from(scsiRead, 'hex'), 0xd9963a56],
  ] as const;
  for (const [name, bytes, value] of known) {
    test(`is right for ${name}`, () => {
      assert.equal(crc32c([bytes]), base64Of(value));
      assert.equal(crcPlainly(bytes), base64Of(value), 'of the plain one that others are held to');
    });
  }

  test('is right for each byte, at each place of a step and behind it', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      for (let place = 0; place < 20; place += 1) {
        const bytes = Buffer.alloc(20);
        bytes[place] = byte;
        assert.equal(crc32c([bytes]), crcPlainly(bytes), `byte ${byte} at ${place}`);
      }
    }
  });

  test('is right for each length at each offset', () => {
    const random = createRandom(2);
    const around = Buffer.from(Array.from({ length: 96 }, () => random() * 256));
    for (let length = 0; length <= 64; length += 1) {
      for (let offset = 0; offset <= 16; offset += 1) {
        const bytes = around.subarray(offset, offset + length);
        assert.equal(crc32c([bytes]), crcPlainly(bytes), `${length} bytes at ${offset}`);
      }
    }
  });

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
