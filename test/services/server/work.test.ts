import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toWork } from '../../../services/server/work.ts';

const ref = { name: 'a', generation: '1', size: 9, crc32c: '', gzip: false };
const read = (text: string) => toWork(ref, [Buffer.from(text)]);

describe('a work', () => {
  test('knows the length of each line of its lowered text', () => {
    // Lowering makes two characters of this one.
    const { loweredParts, lineLengths, lines } = read('İstanbul\nTo be, or not to be\nthat');
    assert.deepEqual(loweredParts, ['i\u0307stanbul\nto be, or not to be\n', 'that']);
    assert.deepEqual(
      lineLengths.map((lengths) => [...lengths]),
      [[9, 19], []],
    );
    assert.equal(lines, 3);
  });

  test('counts what its text and the lengths of its lines take in memory', () => {
    assert.equal(read('To be, or not to be\n').memoryBytes, 20 + 1);
    assert.equal(read('To be, or not to bé…\n').memoryBytes, 2 * 21 + 1);
  });

  test('keeps no lengths of very short lines, so that these take little memory', () => {
    const { lineLengths, memoryBytes, lines } = read('\n'.repeat(100));
    assert.deepEqual(
      lineLengths.map((lengths) => lengths.length),
      [0],
    );
    assert.equal(memoryBytes, 100);
    assert.equal(lines, 100);
  });
});
