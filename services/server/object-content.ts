import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { CRC32C } from '@google-cloud/storage';
import { tooLarge, type WorksLimits } from './limits.ts';
import { encodingOf, type ObjectRef } from './listing.ts';
import { unreadable } from './refusals.ts';

const gunzipAsync = promisify(gunzip);

class CorruptObject extends Error {}

/**
 * Reads a download to its end and checks what came against the listing, which is of the stored
 * bytes. Holds no more than the listing announced: whatever comes beyond that destroys the stream.
 *
 * Throws AppError failedPrecondition for what another attempt does not change, and an Error for
 * what it may.
 */
export async function readContent(options: {
  ref: ObjectRef;
  download: Readable;
  /** The Content-Encoding of the response; known once the first bytes have come. */
  encoding: () => string | undefined;
  limits: WorksLimits;
}): Promise<Buffer> {
  const { ref, download, limits } = options;
  // A front end may compress on the way.
  const compressedOnTheWay = () => encodingOf(options.encoding()) === 'gzip' && !ref.gzip;
  const received = await collect(download, () =>
    compressedOnTheWay() ? mostGzipBytes(ref.size) : ref.size,
  ).catch(nameObject(ref));
  const arrivedAs = encodingOf(options.encoding());
  if (arrivedAs !== 'identity' && arrivedAs !== 'gzip') {
    throw unreadable(ref.name, `arrives with the content encoding ${JSON.stringify(arrivedAs)}`);
  }
  const stored = compressedOnTheWay()
    ? await inflate(received, ref.size).catch(nameObject(ref))
    : received;
  const checksum = new CRC32C();
  checksum.update(stored);
  if (stored.length !== ref.size || !checksum.validate(ref.crc32c)) {
    throw new CorruptObject(
      `object ${JSON.stringify(ref.name)}, generation ${ref.generation}: got ${stored.length} ` +
        `bytes with crc32c ${checksum.toString()}, expected ${ref.size} bytes with ${ref.crc32c}`,
    );
  }
  if (!ref.gzip) return stored;
  // The listing does not say how long the text is.
  return await inflate(stored, limits.bytes).catch((error) => {
    if (error instanceof TooLong) throw tooLarge(limits);
    // The checksum was right, so this is what is stored.
    throw unreadable(ref.name, 'has the content encoding gzip and is not valid gzip', {
      cause: error,
    });
  });
}

class TooLong extends Error {
  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`);
  }
}

async function collect(download: Readable, maxBytes: () => number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // An error thrown in here destroys the stream.
  for await (const chunk of download as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes()) throw new TooLong(maxBytes());
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function inflate(compressed: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await gunzipAsync(compressed, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    const isTooLong = error instanceof RangeError && 'code' in error;
    throw isTooLong && error.code === 'ERR_BUFFER_TOO_LARGE' ? new TooLong(maxBytes) : error;
  }
}

/** What gzip does not shrink it makes longer, by a header and a few bytes a block. */
function mostGzipBytes(size: number): number {
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
