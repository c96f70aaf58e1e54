import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { decodeText, NotText } from '../../../services/server/text.ts';

const PLAY = 'To be, or not to be, that is the question.\n'.repeat(20);
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
const utf32le = (text: string) =>
  Buffer.from(Uint32Array.from([...text].map((letter) => letter.codePointAt(0) ?? 0)).buffer);

const textOf = (content: readonly Buffer[]) => [...decodeText(content)].join('');

const piecesOf = (content: Buffer, size: number) =>
  Array.from({ length: Math.ceil(content.length / size) }, (_, n) =>
    content.subarray(n * size, (n + 1) * size),
  );

describe('decodeText', () => {
  const texts: [title: string, content: Buffer, text: string][] = [
    ['reads UTF-8', Buffer.from('ä—'), 'ä—'],
    ['leaves out the byte order mark of UTF-8', Buffer.from('\ufeffa'), 'a'],
    [
      'reads UTF-16 that begins with its mark',
      Buffer.from('\ufeffto be ä—', 'utf16le'),
      'to be ä—',
    ],
    ['reads big-endian UTF-16', utf16be('\ufeffto be ä—'), 'to be ä—'],
    ['reads what is not UTF-8 as ISO-8859-1', Buffer.from([0xe4, 0x20, 0xe6]), 'ä æ'],
    ['reads an unfinished UTF-8 sequence as ISO-8859-1', Buffer.from([0x61, 0xc3]), 'aÃ'],
    ['reads no bytes as no text', Buffer.alloc(0), ''],
    ['reads a text of form feeds and tabs', Buffer.from('\f\t\v\r\n'), '\f\t\v\r\n'],
    ['reads a text that MS-DOS ended', Buffer.from(`${PLAY}\x1a`), `${PLAY}\x1a`],
    [
      'does not take ISO-8859-1 for windows-1252',
      Buffer.from(`${PLAY}ä\u0093`, 'latin1'),
      `${PLAY}ä\u0093`,
    ],
    [
      'takes one control character in a hundred',
      Buffer.from(`${'x'.repeat(99)}\x01`),
      `${'x'.repeat(99)}\x01`,
    ],
  ];
  for (const [title, content, text] of texts) {
    test(title, () => {
      assert.equal(textOf([content]), text);
      assert.equal(textOf(piecesOf(content, 1)), text, 'in pieces of one byte');
    });
  }

  test('gives a text in parts that end with a line, however its bytes come', () => {
    for (const text of ['to be\nor not\n\nä—', `\ufeff${PLAY}`, '\n', `${'long '.repeat(99)}\nx`]) {
      const lines = text.replace('\ufeff', '').split('\n').length;
      for (const encoding of ['utf8', 'utf16le'] as const) {
        for (const size of [1, 2, 3, 7, 64, 1_000]) {
          const content = Buffer.from(encoding === 'utf8' ? text : `\ufeff${text}`, encoding);
          const parts = [...decodeText(piecesOf(content, size))];
          assert.ok(parts.slice(0, -1).every((part) => part.endsWith('\n')));
          assert.equal(parts.join('').split('\n').length, lines);
          assert.ok(parts.every((part) => part !== ''));
        }
      }
    }
  });

  const refused: [title: string, content: Buffer, says: RegExp][] = [
    ['gzip', gzipSync(PLAY), /gzip data \(its metadata lacks the content encoding gzip\)/],
    ['zlib', deflateSync(PLAY), /zlib data/],
    ['raw deflate', deflateRawSync(PLAY.split('').reverse().join('')), /control characters|NUL/],
    ['brotli', brotliCompressSync('to be or not to be\nthat is the question\n'), /control|NUL/],
    ['zstd', Buffer.from('28b52ffd2414a10000746f', 'hex'), /zstd data/],
    ['bzip2', Buffer.from('BZh91AY&SY to be'), /bzip2 data/],
    ['a zip archive, as an e-book is', Buffer.from('PK\x03\x04 to be'), /a zip archive/],
    ['a tar archive', Buffer.from(`${'x'.repeat(257)}ustar`), /a tar archive/],
    ['PDF', Buffer.from('%PDF-1.7 to be'), /a PDF document/],
    ['RTF', Buffer.from('{\\rtf1 to be}'), /an RTF document/],
    ['PNG', Buffer.from('89504e470d0a1a0a', 'hex'), /a PNG image/],
    ['a NUL', Buffer.from('to be\0'), /holds a NUL/],
    ['UTF-16 without a mark', Buffer.from(PLAY, 'utf16le'), /holds a NUL/],
    ['a NUL in UTF-16', Buffer.from('\ufeffto be\0', 'utf16le'), /holds a NUL/],
    ['UTF-32', utf32le('\ufeffto be'), /UTF-32 text/],
    ['UTF-16 that is cut in a character', Buffer.from([0xff, 0xfe, 0x61]), /not valid utf-16le/],
    ['half a surrogate pair', Buffer.from('\ufeff\ud83d', 'utf16le'), /not valid utf-16le/],
    [
      'a mark of UTF-8 before other bytes',
      Buffer.from([0xef, 0xbb, 0xbf, 0xe4]),
      /not valid utf-8/,
    ],
    [
      'more than one control character in a hundred',
      Buffer.from(`${'x'.repeat(98)}\x01\x7f`),
      /holds more than 1 % control characters/,
    ],
    // Shift-JIS has them as the first of two bytes.
    [
      'many C1 controls',
      Buffer.from('\x82\xa0\x82\xa2\x82\xa4', 'latin1'),
      /more than 1 % control/,
    ],
  ];
  for (const [title, content, says] of refused) {
    test(`refuses ${title}`, () => {
      assert.throws(
        () => textOf([content]),
        (error: Error) => error instanceof NotText && says.test(error.message),
      );
    });
  }
});
