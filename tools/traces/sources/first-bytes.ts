import { open } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { fileOf } from './stored-input.ts';

/*
 * What the first bytes of a file tell of the rest.
 */

/** What has to be unpacked first, and with what. */
const COMPRESSIONS: readonly Readonly<{ magic: string; create(): Transform }>[] = [
  { magic: '1f8b', create: createGunzip },
  { magic: '28b52ffd', create: createZstdDecompress },
];

const REFUSED: readonly Readonly<{ magic: string; what: string }>[] = [
  { magic: 'fffe', what: 'is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE' },
  { magic: 'feff', what: 'is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE' },
  { magic: '504b0304', what: 'is a zip archive; unpack it first' },
  { magic: '425a68', what: 'is compressed by bzip2; unpack it first: bunzip2 -k FILE' },
  { magic: 'fd377a585a00', what: 'is compressed by xz; unpack it first: unxz -k FILE' },
];

/** What is wrong with the bytes themselves, with the file's name. */
export class FormatError extends Error {}

/** Enough to tell what a file is. */
export const START_BYTES = 4_096;

export async function readStart(path: string): Promise<Buffer> {
  const file = await open(fileOf(path));
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export async function isCompressed(path: string): Promise<boolean> {
  return isPacked(await readStart(path));
}

export const isPacked = (begin: Buffer) => compressionOf(begin) !== undefined;

/** What unpacks it; undefined where it is not compressed. */
export const compressionOf = (begin: Buffer) =>
  COMPRESSIONS.find(({ magic }) => startsWith(begin, magic));

const startsWith = (bytes: Buffer, magic: string) =>
  bytes.subarray(0, magic.length / 2).toString('hex') === magic;

/** A file without lines would be read to its end in search of one. */
export function checkText(begin: Buffer, path: string): void {
  const known = REFUSED.find(({ magic }) => startsWith(begin, magic));
  if (known !== undefined) throw new FormatError(`${path} ${known.what.replace('FILE', path)}`);
  if (begin.includes(0)) {
    throw new FormatError(
      `${path} is not a text file; allowed: JSON in UTF-8, also by gzip or zstd`,
    );
  }
}
