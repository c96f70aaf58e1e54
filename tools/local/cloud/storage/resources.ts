import type { Bucket, StoredObject } from './objects.ts';
import { StorageError } from './preconditions.ts';

const DEFAULT_PAGE = 1_000;

export function bucketResource(bucket: Bucket): string {
  return JSON.stringify({
    kind: 'storage#bucket',
    id: bucket.name,
    name: bucket.name,
    location: 'US',
    storageClass: 'STANDARD',
  });
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects#resource; int64 as strings. */
export function objectResource(object: StoredObject): Record<string, string> {
  const updated = new Date(object.updatedMs).toISOString();
  return {
    kind: 'storage#object',
    id: `${object.bucket}/${object.name}/${object.generation}`,
    name: object.name,
    bucket: object.bucket,
    generation: object.generation,
    metageneration: '1',
    contentType: object.contentType,
    ...(object.contentEncoding && { contentEncoding: object.contentEncoding }),
    storageClass: 'STANDARD',
    size: String(object.bytes.length),
    crc32c: object.crc32c,
    md5Hash: object.md5,
    etag: etagOf(object),
    timeCreated: updated,
    updated,
  };
}

export const etagOf = (object: StoredObject): string =>
  Buffer.from(object.generation).toString('base64');

/**
 * One page of objects.list: prefix, delimiter, startOffset, endOffset, maxResults, pageToken.
 * `fields` is ignored: the answer holds every field, which its callers can read too.
 */
export function listPage(
  sorted: readonly StoredObject[],
  query: URLSearchParams,
  mostPerPage: number = DEFAULT_PAGE,
): string {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxResults = Math.min(pageSize(query.get('maxResults')), mostPerPage);
  const after = decodePageToken(query.get('pageToken'));
  const items: Record<string, string>[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  let nextPageToken: string | undefined;
  for (const object of sorted) {
    const { name } = object;
    const cut = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    const entry = cut === -1 ? name : name.slice(0, cut + delimiter.length);
    if (!name.startsWith(prefix) || !within(name, query)) continue;
    if (after !== undefined && compare(entry, after) <= 0) continue;
    if (entry === last) continue;
    if (items.length + prefixes.length === maxResults) {
      nextPageToken = Buffer.from(last ?? '').toString('base64');
      break;
    }
    if (cut === -1) items.push(objectResource(object));
    else prefixes.push(entry);
    last = entry;
  }
  // An empty list has no `items`: readers must not rely on it.
  return JSON.stringify({
    kind: 'storage#objects',
    ...(nextPageToken !== undefined && { nextPageToken }),
    ...(prefixes.length > 0 && { prefixes }),
    ...(items.length > 0 && { items }),
  });
}

const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function within(name: string, query: URLSearchParams): boolean {
  // Go's library sends both always, empty where they are no bound.
  const start = query.get('startOffset') ?? '';
  const end = query.get('endOffset') ?? '';
  return compare(name, start) >= 0 && (end === '' || compare(name, end) < 0);
}

function pageSize(value: string | null): number {
  if (value === null || value === '') return DEFAULT_PAGE;
  if (!/^[1-9]\d{0,8}$/.test(value)) {
    throw new StorageError(
      400,
      'invalid',
      `Invalid value for maxResults: ${value}; allowed: 1 or more`,
    );
  }
  return Math.min(Number(value), DEFAULT_PAGE);
}

/** The last name of the previous page. The real token is opaque too. */
function decodePageToken(value: string | null): string | undefined {
  if (value === null || value === '') return undefined;
  const name = Buffer.from(value, 'base64').toString();
  if (Buffer.from(name).toString('base64') !== value) {
    throw new StorageError(400, 'invalid', 'Invalid value for pageToken');
  }
  return name;
}
