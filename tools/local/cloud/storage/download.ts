import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { FaultRule } from '../faults.ts';
import type { StoredObject } from './objects.ts';
import { StorageError } from './preconditions.ts';
import { etagOf } from './resources.ts';

/**
 * The bytes with the headers by which the client libraries check them. They are as they are stored, but
 * that gzip is unpacked for a caller that does not accept it, as
 * https://cloud.google.com/storage/docs/transcoding says; a range of it is not heeded then.
 */
export async function downloadObject(options: {
  object: StoredObject;
  request: IncomingMessage;
  response: ServerResponse;
  fault: FaultRule | undefined;
}): Promise<void> {
  const { object, request, response, fault } = options;
  const unpacked = object.contentEncoding === 'gzip' && !acceptsGzip(request);
  const bytes = unpacked ? gunzipSync(object.bytes) : object.bytes;
  const range = unpacked ? undefined : parseRange(request.headers.range, bytes.length);
  const body = Buffer.from(range ? bytes.subarray(range.start, range.end + 1) : bytes);
  if (fault?.corrupt && body.length > 0) body.writeUInt8(body.readUInt8(0) ^ 1, 0);
  response.writeHead(range ? 206 : 200, {
    'content-type': object.contentType,
    'content-length': body.length,
    'accept-ranges': unpacked ? 'none' : 'bytes',
    ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${object.bytes.length}` }),
    etag: etagOf(object),
    'last-modified': new Date(object.updatedMs).toUTCString(),
    'x-goog-generation': object.generation,
    'x-goog-metageneration': '1',
    // Without these two the client library checks nothing.
    'x-goog-hash': `crc32c=${object.crc32c},md5=${object.md5}`,
    'x-goog-stored-content-encoding': object.contentEncoding ?? 'identity',
    ...(object.contentEncoding && !unpacked && { 'content-encoding': object.contentEncoding }),
    ...(unpacked && { warning: '214 UploadServer gunzipped' }),
    'x-goog-stored-content-length': object.bytes.length,
    'x-goog-storage-class': 'STANDARD',
  });
  if (!fault?.resetMidBody) {
    response.end(body);
    return;
  }
  // Only once the half is on its way: a reset drops what the socket still holds.
  await new Promise<void>((resolve) =>
    response.write(body.subarray(0, body.length >> 1), () => resolve()),
  );
  request.socket.resetAndDestroy();
}

const acceptsGzip = ({ headers }: IncomingMessage): boolean =>
  /(?:^|[,\s])gzip(?:$|[,;\s])/.test(String(headers['accept-encoding'] ?? ''));

/** One range of `bytes=A-B`, `bytes=A-` or `bytes=-N`; anything else is ignored, as HTTP has it. */
function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, second] = [match[1] ?? '', match[2] ?? ''];
  const start = first === '' ? Math.max(0, size - Number(second)) : Number(first);
  const end = first === '' || second === '' ? size - 1 : Math.min(Number(second), size - 1);
  if (start > end) {
    throw new StorageError(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable');
  }
  return { start, end };
}
