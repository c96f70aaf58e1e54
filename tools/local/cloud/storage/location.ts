import { StorageError } from './preconditions.ts';

/** What a path names: a bucket, its listing or one of its objects, and by which of the two APIs. */
export type Location = Readonly<{
  api: 'json' | 'xml';
  bucket: string;
  object?: string;
  listing: boolean;
}>;

const JSON_PATH = /^(?:\/download)?(?:\/storage\/v1)?\/b\/([^/]+)(?:(\/o)(?:\/(.+))?)?$/;
/** A bucket's name has three characters at least, so that `/b/…` is never one. */
const XML_PATH = /^\/([^/]{3,})\/(.+)$/;

/**
 * The JSON API's paths with /storage/v1, with /download/storage/v1, and bare as Node's library asks
 * under STORAGE_EMULATOR_HOST; and the XML API's path of an object, by which Go's library reads.
 * Throws StorageError.
 */
export function parseLocation(pathname: string): Location {
  const json = JSON_PATH.exec(pathname);
  const xml = XML_PATH.exec(pathname);
  try {
    if (json?.[1] !== undefined) {
      return {
        api: 'json',
        bucket: decodeURIComponent(json[1]),
        ...(json[3] !== undefined && { object: decodeURIComponent(json[3]) }),
        listing: json[2] !== undefined && json[3] === undefined,
      };
    }
    if (xml?.[1] !== undefined && xml[2] !== undefined) {
      const [bucket, object] = [decodeURIComponent(xml[1]), decodeURIComponent(xml[2])];
      return { api: 'xml', bucket, object, listing: false };
    }
  } catch (cause) {
    throw new StorageError(400, 'invalid', `The path ${pathname} is not valid`, { cause });
  }
  throw new StorageError(404, 'notFound', 'Not Found');
}
