import { isAscii, isUtf8 } from 'node:buffer';
import { type AsciiText, lowerAscii } from './ascii-text.ts';
import { cutBytesAtLines, cutShort, cutTextAtLines } from './line-parts.ts';

/** Bytes that are not text. The message finishes the sentence "The object …". */
export class NotText extends Error {}

/**
 * UTF-8, UTF-16 with a byte order mark or else ISO-8859-1, without the mark: in pieces of which each
 * but the last ends with a line, one at a time. Throws NotText, at the last piece too.
 *
 * Every sequence of bytes is valid ISO-8859-1, so a count over an image or an archive would look
 * like any other. Known formats, a NUL and too many control characters are therefore refused.
 */
export const decodeText = (content: readonly Buffer[]): Generator<string> =>
  decodeParts(content, (bytes, encoding) => [bytes.toString(encoding)]);

/** The same, where pieces in ASCII stay bytes, and are lowered. */
export const decodeOnce = (content: readonly Buffer[]): Generator<string | AsciiText> =>
  decodeParts<string | AsciiText>(content, decodePiece);

/** Where a piece is not ASCII, only a few of its lines may hold what is not. */
function* decodePiece(bytes: Buffer, encoding: Encoding): Generator<string | AsciiText> {
  const pieces = isAscii(bytes) ? [bytes] : cutShort(bytes);
  for (const piece of pieces) yield isAscii(piece) ? lowerAscii(piece) : piece.toString(encoding);
}

type Encoding = 'utf8' | 'latin1';
type FromBytes<Part> = (bytes: Buffer, encoding: Encoding) => Iterable<Part>;

function* decodeParts<Part extends string | AsciiText>(
  content: readonly Buffer[],
  fromBytes: FromBytes<Part>,
): Generator<Part | string> {
  const start = firstBytes(content);
  const format = FORMATS.find(({ bytes, offset }) => startsWith(start, bytes, offset));
  if (format) throw new NotText(`holds ${format.name}`);
  const bytes = content.reduce((sum, piece) => sum + piece.length, 0);
  let length = 0;
  let controls = 0;
  for (const part of decode(content, start, fromBytes)) {
    const isText = typeof part === 'string';
    if (isText ? part.includes('\0') : part.hasNul) {
      throw new NotText('holds a NUL, which no text does');
    }
    length += isText ? part.length : part.lowered.length;
    controls += isText ? countControls(part) : part.controls;
    // No text has more characters than bytes, so it need not be read to its end.
    checkControls(controls, bytes);
    yield part;
  }
  checkControls(controls, length);
}

function checkControls(controls: number, length: number): void {
  if (controls > length * MOST_CONTROLS) {
    throw new NotText('holds more than 1 % control characters');
  }
}

/** Real texts hold some: a form feed's neighbours, the end-of-file mark of MS-DOS. */
const MOST_CONTROLS = 0.01;

function* decode<Part>(
  content: readonly Buffer[],
  start: Buffer,
  fromBytes: FromBytes<Part>,
): Generator<Part | string> {
  const mark = MARKS.find(({ bytes }) => startsWith(start, bytes, 0));
  if (mark) return yield* cutTextAtLines(decodeMarked(content, mark.name));
  const parts = cutBytesAtLines(content);
  // Buffer's latin1 is ISO-8859-1; TextDecoder's means windows-1252, where 0x80-0x9f differ.
  const encoding = parts.every((part) => isUtf8(part)) ? 'utf8' : 'latin1';
  for (const part of parts) yield* fromBytes(part, encoding);
}

/** Takes the byte order mark off. */
function* decodeMarked(content: readonly Buffer[], name: string): Generator<string> {
  const decoder = new TextDecoder(name, { fatal: true });
  const decodeNext = (bytes?: Buffer) => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw new NotText(`begins as ${name} and is not valid ${name}`);
    }
  };
  for (const bytes of content) yield decodeNext(bytes);
  yield decodeNext();
}

/** Other than tab, line breaks, vertical tab and form feed: C0, DEL and C1. */
function countControls(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it counts
  const control = /[\0-\x08\x0e-\x1f\x7f-\x9f]/g;
  let count = 0;
  while (control.test(text)) count += 1;
  return count;
}

/** More than any format below takes. */
const START_BYTES = 512;

function firstBytes(content: readonly Buffer[]): Buffer {
  const first: Buffer[] = [];
  let length = 0;
  for (const piece of content) {
    if (length >= START_BYTES) break;
    first.push(piece.subarray(0, START_BYTES - length));
    length += piece.length;
  }
  return Buffer.concat(first);
}

function startsWith(content: Buffer, bytes: Buffer, offset: number): boolean {
  return bytes.every((byte, at) => content[offset + at] === byte);
}

const MARKS = [
  { name: 'utf-8', bytes: Buffer.from('efbbbf', 'hex') },
  { name: 'utf-16le', bytes: Buffer.from('fffe', 'hex') },
  { name: 'utf-16be', bytes: Buffer.from('feff', 'hex') },
] as const;

/**
 * What people put beside texts, by its first bytes. A format that always holds a NUL is refused
 * without a row; the row gives it a name.
 */
const FORMATS: readonly Readonly<{ name: string; bytes: Buffer; offset: number }>[] = [
  // Before the mark of UTF-16, with which it begins.
  hex('UTF-32 text', 'fffe0000'),
  hex('UTF-32 text', '0000feff'),
  hex('gzip data (its metadata lacks the content encoding gzip)', '1f8b'),
  hex('compress data', '1f9d'),
  hex('zlib data', '7801'),
  hex('zlib data', '789c'),
  hex('zlib data', '78da'),
  hex('bzip2 data', '314159265359', 4),
  hex('xz data', 'fd377a585a00'),
  hex('zstd data', '28b52ffd'),
  hex('lz4 data', '04224d18'),
  hex('lzip data', '4c5a4950'),
  hex('snappy data', 'ff060000734e61507059'),
  hex('a zip archive', '504b0304'),
  hex('a zip archive', '504b0506'),
  hex('a 7z archive', '377abcaf271c'),
  hex('a rar archive', '526172211a07'),
  hex('a tar archive', '7573746172', 257),
  hex('a PDF document', '255044462d'),
  hex('a PostScript document', '25215053'),
  hex('an RTF document', '7b5c727466'),
  hex('a Microsoft Office document', 'd0cf11e0a1b11ae1'),
  hex('a PNG image', '89504e47'),
  hex('a JPEG image', 'ffd8ff'),
  hex('a GIF image', '47494638'),
  hex('a TIFF image', '49492a00'),
  hex('a TIFF image', '4d4d002a'),
  hex('an Ogg file', '4f676753'),
  hex('a FLAC file', '664c6143'),
  hex('an ELF program', '7f454c46'),
  hex('a WebAssembly module', '0061736d'),
  hex('a Java class', 'cafebabe'),
  hex('an SQLite database', '53514c69746520666f726d6174203300'),
  hex('an Avro file', '4f626a01'),
];

function hex(name: string, bytes: string, offset = 0) {
  return { name, bytes: Buffer.from(bytes, 'hex'), offset };
}
