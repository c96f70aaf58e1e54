import { finished, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../lib/errors.ts';
import { crc32c } from './crc32c.ts';
import { encodingOf, type ObjectRef } from './listing.ts';
import type { LoadRoom } from './load-room.ts';
import { unreadable } from './refusals.ts';

class CorruptObject extends Error {}

/** An object's bytes in pieces, as they came: joined, they would be in memory twice. */
export type Content = readonly Buffer[];

/**
 * Reads a download to its end and checks what came against the listing, which is of the stored
 * bytes. Holds no more than the listing announced: whatever comes beyond that destroys the stream.
 * What is stored compressed is unpacked as far as `room` allows.
 *
 * Throws AppError failedPrecondition for what another attempt does not change, and an Error for
 * what it may.
 */
export async function readContent(options: {
  ref: ObjectRef;
  download: Readable;
  /** The Content-Encoding of the response. */
  encoding: string | undefined;
  room: LoadRoom;
}): Promise<Content> {
  const { ref, download, room } = options;
  // A front end may compress on the way.
  const arrivedAs = encodingOf(options.encoding);
  const compressedOnTheWay = arrivedAs === 'gzip' && !ref.gzip;
  const mostBytes = compressedOnTheWay ? mostGzipBytes(ref.size) : ref.size;
  const received = await collect(download, mostBytes).catch(nameObject(ref));
  if (arrivedAs !== 'identity' && arrivedAs !== 'gzip') {
    throw unreadable(ref.name, `arrives with the content encoding ${JSON.stringify(arrivedAs)}`);
  }
  const stored = compressedOnTheWay
    ? await collect(unpack(received), ref.size).catch(nameObject(ref))
    : received;
  check(ref, stored);
  if (!ref.gzip) return stored;
  return await unpackInto(room, ref, stored).catch((error) => {
    if (error instanceof AppError) throw error;
    // The checksum was right, so this is what is stored.
    throw unreadable(ref.name, 'has the content encoding gzip and is not valid gzip', {
      cause: error,
    });
  });
}

function check(ref: ObjectRef, stored: Content): void {
  const checksum = crc32c(stored);
  const length = stored.reduce((sum, chunk) => sum + chunk.length, 0);
  if (length === ref.size && checksum === ref.crc32c) return;
  throw new CorruptObject(
    `object ${JSON.stringify(ref.name)}, generation ${ref.generation}: got ${length} ` +
      `bytes with crc32c ${checksum}, expected ${ref.size} bytes with ${ref.crc32c}`,
  );
}

class TooLong extends Error {
  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`);
  }
}

/** By events: to iterate over the stream takes a promise or two for each piece. */
function collect(stream: Readable, maxBytes: number): Promise<Buffer[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer[]>();
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBytes) return chunks.push(chunk);
    reject(new TooLong(maxBytes));
    stream.destroy();
  });
  finished(stream, { writable: false }, (error) => (error ? reject(error) : resolve(chunks)));
  // Whoever took it off another stream has paused it.
  stream.resume();
  return promise;
}

/** Asks for room before it keeps a piece; without room it unpacks no further. */
async function unpackInto(room: LoadRoom, ref: ObjectRef, stored: Content): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of unpack(stored) as AsyncIterable<Buffer>) {
    room.unpack(ref, chunk.length);
    chunks.push(chunk);
  }
  return chunks;
}

function unpack(compressed: Content): Readable {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  for (const chunk of compressed) gunzip.write(chunk);
  return gunzip.end();
}

/** What gzip does not shrink it makes longer, by a header and a few bytes a block. */
export function mostGzipBytes(size: number): number {
  return Math.ceil(size * 1.01) + 1_024;
}

function nameObject(ref: ObjectRef): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof TooLong)) throw error;
    throw new CorruptObject(
      `object ${JSON.stringify(ref.name)}, generation ${ref.generation}: got ${error.message}, ` +
        `expected ${ref.size} bytes`,
    );
  };
}
