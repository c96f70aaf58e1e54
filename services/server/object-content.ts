import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { CRC32C } from '@google-cloud/storage';
import { tooLarge, type WorksLimits } from './limits.ts';
import type { ObjectRef } from './listing.ts';

const gunzipAsync = promisify(gunzip);

class CorruptObject extends Error {}

/**
 * Reads a download to its end and checks what came against the listing rather than against the
 * headers of the same response, which is all the library does, and only where
 * `x-goog-stored-content-encoding` allows it. Holds no more than the listing announced: whatever
 * comes beyond that destroys the stream.
 */
export async function readContent(options: {
  ref: ObjectRef;
  download: Readable;
  /** Whether the bytes come compressed; known once the first has come. */
  isGzip: () => boolean;
  limits: WorksLimits;
}): Promise<Buffer> {
  const { ref, download, isGzip, limits } = options;
  const storedAsGzip = ref.contentEncoding === 'gzip';
  // A front end may compress on the way; the checksum is of the bytes as they are stored.
  const compressedOnTheWay = () => isGzip() && !storedAsGzip;
  const received = await collect(download, () =>
    compressedOnTheWay() ? mostGzipBytes(ref.size) : ref.size,
  ).catch(nameObject(ref));
  const stored = compressedOnTheWay()
    ? await inflate(received, ref.size).catch(nameObject(ref))
    : received;
  const checksum = new CRC32C();
  checksum.update(stored);
  if (stored.length !== ref.size || !checksum.validate(ref.crc32c)) {
    throw new CorruptObject(
      `gs object ${ref.name}#${ref.generation}: got ${stored.length} bytes with crc32c ` +
        `${checksum.toString()}, expected ${ref.size} bytes with ${ref.crc32c}`,
    );
  }
  if (!storedAsGzip) return stored;
  // The listing says nothing of its length as text.
  return await inflate(stored, limits.bytes).catch((error) => {
    throw error instanceof TooLong ? tooLarge(limits) : error;
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
      `gs object ${ref.name}#${ref.generation}: got ${error.message}, expected ${ref.size} bytes`,
    );
  };
}
