import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cutBytesAtLines, cutShort, cutTextAtLines } from '../../../services/server/line-parts.ts';

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

test('a piece is cut at the first line that ends behind 4 KiB, and none is copied', () => {
  const line = (length: number) => `${'x'.repeat(length - 1)}\n`;
  const rows: [title: string, lines: string[], lengths: number[]][] = [
    ['no bytes', [], []],
    ['less than 4 KiB', [line(4_095)], [4_095]],
    ['4 KiB to the byte', [line(4_096), line(1)], [4_096, 1]],
    ['a byte less before the line', [line(4_095), line(2), line(3)], [4_097, 3]],
    ['lines that are longer', [line(5_000), line(6_000), 'end'], [5_000, 6_000, 3]],
    ['no end of a line', ['x'.repeat(9_000)], [9_000]],
  ];
  for (const [title, lines, lengths] of rows) {
    const piece = Buffer.from(lines.join(''));
    const short = [...cutShort(piece)];
    assert.deepEqual(
      short.map(({ length }) => length),
      lengths,
      title,
    );
    assert.deepEqual(Buffer.concat(short), piece, title);
    assert.ok(
      short.every(({ buffer }) => buffer === piece.buffer),
      title,
    );
  }
});
