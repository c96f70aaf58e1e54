import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CRC32C } from '@google-cloud/storage';
import { crc32c } from '../../../../../tools/local/cloud/storage/crc32c.ts';
import { readPlays } from '../../../../../tools/local/cloud/storage/works.ts';

describe('crc32c', () => {
  it('is the check value of the algorithm', () => {
    // RFC 3720, B.4, and the catalogue of CRCs: "123456789" has 0xE3069283
    assert.equal(
      crc32c(Buffer.from('123456789')),
      Buffer.from('e3069283', 'hex').toString('base64'),
    );
    assert.equal(crc32c(Buffer.alloc(0)), 'AAAAAA==');
  });

  it("is what Google's library makes of the bundled plays", async () => {
    for (const { name, bytes } of await readPlays()) {
      const theirs = new CRC32C();
      theirs.update(Buffer.from(bytes));
      assert.equal(crc32c(bytes), theirs.toString(), name);
    }
  });
});
