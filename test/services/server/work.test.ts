import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countMatchingLines, lower } from '../../../services/server/match.ts';
import { toWork, toWorkForOnce } from '../../../services/server/work.ts';

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

describe('a work that is searched once', () => {
  test('is a string only around what is not ASCII', () => {
    const lines = 'To be, or NOT to be\n'.repeat(1_000);
    const content = () => [Buffer.from(`${lines}bé\n${lines}`)];
    const { loweredParts, lines: count } = toWorkForOnce(ref, content());
    const strings = loweredParts.filter((part) => typeof part === 'string');
    assert.equal(strings.length, 1);
    assert.ok((strings[0] as string).length < 5_000);
    assert.equal(loweredParts.map(String).join(''), `${lines}bé\n${lines}`.toLowerCase());
    assert.equal(count, 2_001);
  });

  const PIECES = ['To be, or\n', 'NOT to be\nthat', ' is\n\ntö ', 'bé ÄÖ\nend', 'ŁÓDŹ to be\n'];
  for (const encoding of ['utf8', 'latin1', 'utf16le'] as const) {
    test(`has the lines and the matches of one that is kept, in ${encoding}`, () => {
      const mark = encoding === 'utf16le' ? '\ufeff' : '';
      const read = () => [mark, ...PIECES].map((piece) => Buffer.from(piece, encoding));
      const kept = toWork(ref, read());
      const once = toWorkForOnce(ref, read());
      assert.equal(once.lines, kept.lines);
      assert.equal(once.textBytes, kept.textBytes);
      for (const query of ['to be', 'T', 'tö', 'ÄÖ', 'łódź', 'absent', 'a']) {
        const [inKept, inOnce] = [kept, once].map(({ loweredParts, lineLengths }) =>
          loweredParts.reduce(
            (sum, part, at) => sum + countMatchingLines(part, lower(query), lineLengths[at]),
            0,
          ),
        );
        assert.equal(inOnce, inKept, query);
      }
    });
  }

  test('is bytes where its text is ASCII, and is refused as one that is kept', () => {
    assert.ok(Buffer.isBuffer(toWorkForOnce(ref, [Buffer.from('To be\n')]).loweredParts[0]));
    assert.equal(toWorkForOnce(ref, [Buffer.from('tö be\n')]).loweredParts[0], 'tö be\n');
    for (const bytes of ['to be\0\n', 'to be\n\x01\x02\x7f']) {
      assert.throws(() => toWorkForOnce(ref, [Buffer.from(bytes)]), /cannot be searched: it holds/);
    }
  });
});
