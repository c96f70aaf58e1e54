import { readBytes } from './file-bytes.ts';

/** `at`: how many bytes of the unpacked file come before it. */
export type Line = Readonly<{ text: string; number: number; at: number }>;

export class LongLineError extends Error {
  constructor(path: string, line: number, longestBytes: number) {
    super(`${path}, line ${line} is longer than ${longestBytes} bytes; split it`);
    this.name = 'LongLineError';
  }
}

const NEWLINE = 0x0a;
/** The runtime holds no longer text. */
const LONGEST_BYTES = 2 ** 29 - 1_024;

/**
 * A text file line by line, numbered from 1; gzip and zstd are unpacked, a byte order mark is left
 * out. `onCut` hears the number of the last line where the file ends in the middle of a character or
 * of its compression. Throws with file and line where it is not UTF-8. The lines of a block come
 * together, since each step of an asynchronous iteration takes longer than a line: read all of them
 * before you ask for the next block.
 */
export async function* readLineBlocks(
  path: string,
  signal: AbortSignal,
  onCut: (line: number) => void = () => {},
  longestBytes = LONGEST_BYTES,
): AsyncGenerator<Iterable<Line>> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  let at = 0;
  let cut = false;
  const add = (part: Buffer) => {
    parts.push(part);
    length += part.length;
    if (length > longestBytes) throw new LongLineError(path, number, longestBytes);
  };
  const take = (): Buffer => {
    const [only] = parts;
    const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    parts = [];
    length = 0;
    return bytes;
  };
  function* linesIn(chunk: Buffer): Generator<Line> {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, end));
      const bytes = take();
      yield { text: lineOf(bytes, { path, number }), number, at };
      number += 1;
      at += bytes.length + 1;
      from = end + 1;
    }
    // The next chunk comes in the place of this one.
    if (from < chunk.length) add(Buffer.from(chunk.subarray(from)));
  }
  const onCutBytes = () => {
    cut = true;
  };
  for await (const chunk of readBytes(path, signal, { onCut: onCutBytes })) yield linesIn(chunk);
  if (length > 0) {
    const last = take();
    const complete = withoutCutCharacter(last);
    cut ||= complete.length < last.length;
    yield [{ text: lineOf(complete, { path, number }), number, at }];
  }
  if (cut) onCut(number);
}

/** The same, line by line. */
export async function* readNumberedLines(
  ...reading: Parameters<typeof readLineBlocks>
): AsyncGenerator<Line> {
  for await (const lines of readLineBlocks(...reading)) yield* lines;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

type Place = Readonly<{ path: string; number: number }>;

function lineOf(bytes: Buffer, place: Place): string {
  const text = decodeText(bytes, place);
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

/** Throws with file and line where it is not UTF-8. */
export function decodeText(bytes: Buffer, { path, number }: Place): string {
  try {
    return UTF_8.decode(bytes);
  } catch (cause) {
    throw new Error(`${path}, line ${number} is not UTF-8; allowed: JSON in UTF-8`, { cause });
  }
}

/** The bytes up to a character of which the last ones are missing. */
function withoutCutCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needs > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
