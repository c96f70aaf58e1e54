import { createHash } from 'node:crypto';
import type { Text } from '../../../works/folder.ts';
import { crc32c } from './crc32c.ts';

export type StoredObject = Readonly<{
  bucket: string;
  name: string;
  bytes: Buffer;
  contentType: string;
  /** Where the bytes are stored compressed. */
  contentEncoding?: 'gzip';
  /** Microseconds since the epoch, growing with every write, as the real ones do. */
  generation: string;
  crc32c: string;
  md5: string;
  updatedMs: number;
}>;

export type Bucket = Readonly<{
  name: string;
  /** Public: `allUsers` may list and read. Otherwise an access token of the project is needed. */
  public: boolean;
  objects: Map<string, StoredObject>;
}>;

export type StorageObjects = Readonly<{
  createBucket(name: string, options?: { public?: boolean }): void;
  bucket(name: string): Bucket | undefined;
  /** A new generation of the object, as an upload makes it. */
  put(bucket: string, work: Text & Pick<StoredObject, 'contentEncoding'>): StoredObject;
  remove(bucket: string, name: string): void;
  /** In the order of their UTF-8 bytes, as Cloud Storage lists them. */
  list(bucket: Bucket): StoredObject[];
}>;

/** The buckets, without the protocol that reads them. */
export function createStorageObjects(): StorageObjects {
  const buckets = new Map<string, Bucket>();
  let lastGeneration = 0n;
  const existing = (name: string): Bucket => {
    const found = buckets.get(name);
    if (!found) throw new Error(`no such bucket: ${JSON.stringify(name)}`);
    return found;
  };
  return {
    createBucket(name, options = {}) {
      buckets.set(name, { name, public: options.public ?? true, objects: new Map() });
    },
    bucket: (name) => buckets.get(name),
    put(bucket, { name, bytes, contentEncoding }) {
      const now = BigInt(Date.now()) * 1000n;
      lastGeneration = now > lastGeneration ? now : lastGeneration + 1n;
      const object: StoredObject = {
        bucket,
        name,
        bytes,
        contentType: 'text/plain',
        ...(contentEncoding && { contentEncoding }),
        generation: lastGeneration.toString(),
        crc32c: crc32c(bytes),
        md5: createHash('md5').update(bytes).digest('base64'),
        updatedMs: Date.now(),
      };
      existing(bucket).objects.set(name, object);
      return object;
    },
    remove(bucket, name) {
      existing(bucket).objects.delete(name);
    },
    list: (bucket) =>
      [...bucket.objects.values()].sort((a, b) =>
        Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
      ),
  };
}
