import type { TestContext } from 'node:test';
import { lineLengths } from '../../../services/server/match.ts';
import { createObjectStore, type ObjectStoreOptions } from '../../../services/server/objects.ts';
import type { Work } from '../../../services/server/work.ts';
import { startFakeStorage } from './fake-storage.ts';

/** The bucket `works` of a fake Cloud Storage, and what the server reads it by. */
export async function startObjectStore(
  t: TestContext,
  options: Partial<ObjectStoreOptions> = {},
  pageSize = 1_000,
) {
  const storage = await startFakeStorage({ pageSize });
  const store = createObjectStore({
    apiEndpoint: storage.origin,
    bucket: 'works',
    prefix: '',
    access: 'public',
    attempts: 2,
    attemptTimeoutMs: 60_000,
    retryDelayMs: 1,
    ...options,
  });
  t.after(async () => {
    store.close();
    await storage.close();
  });
  return { storage, store };
}

/** A work that was read, of any size. */
export function work(known: Pick<Work, 'name' | 'loweredParts'> & Partial<Work>): Work {
  const lengths = known.loweredParts.map((part) => lineLengths(String(part)));
  return {
    lineLengths: lengths,
    generation: '1',
    bytes: 0,
    textBytes: 0,
    memoryBytes: 0,
    lines: 0,
    ...known,
  };
}
