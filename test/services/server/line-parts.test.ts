import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cutBytesAtLines, cutTextAtLines } from '../../../services/server/line-parts.ts';

const rows: [title: string, pieces: string[], parts: string[]][] = [
  ['nothing', [], []],
  ['a piece without a line break', ['to be'], ['to be']],
  ['lines that end with their piece', ['a\nb\n', 'c\n'], ['a\nb\n', 'c\n']],
  ['a line that goes on in the next piece', ['a\nb', 'c\nd\n'], ['a\n', 'bc\n', 'd\n']],
  ['a line over three pieces', ['a', 'b', 'c\n', 'd'], ['abc\n', 'd']],
  ['empty pieces', ['', 'a', '', '\n', ''], ['a\n']],
];

for (const [title, pieces, parts] of rows) {
  describe(title, () => {
    test('is cut at lines as text', () => {
      assert.deepEqual([...cutTextAtLines(pieces)], parts);
    });

    test('is cut at lines as bytes', () => {
      assert.deepEqual(
        cutBytesAtLines(pieces.map((piece) => Buffer.from(piece))).map(String),
        parts,
      );
    });
  });
}

test('complete lines of a piece are not copied', () => {
  const piece = Buffer.from('end of a line\nto be\nor not\nhalf');
  const parts = cutBytesAtLines([Buffer.from('start and '), piece]);
  const [, lines] = parts;
  assert.equal(String(lines), 'to be\nor not\n');
  assert.equal(lines?.buffer, piece.buffer);
  assert.equal(lines?.byteOffset, piece.byteOffset + 'end of a line\n'.length);
});
