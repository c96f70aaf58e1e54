import type { StoredObject } from '../../tools/local/cloud/storage/objects.ts';
import { WORKS_BUCKET, WORKS_PREFIX } from '../../tools/local/cloud/storage/works.ts';
import { postRun } from './load.ts';
import type { System, SystemOptions } from './system.ts';

export const MB = 1_000_000;

/** Deadlines of minutes: these rows are about memory, and the last of 8 readers waits for the other 7. */
export const PATIENT = {
  env: {
    loadgen: { LOADGEN_REQUEST_TIMEOUT_SECONDS: '600' },
    client: { SERVER_DEADLINE_MS: '300000' },
    server: { WORKS_ATTEMPT_TIMEOUT_MS: '60000', WORKS_TTL_SECONDS: '0' },
  },
};
export const withCache = (worksCache: 'keep' | 'per-request'): SystemOptions => ({
  ...PATIENT,
  settings: { worksCache },
});

/** Lines with none of the known queries. */
export const linesOf = (bytes: number) => Buffer.alloc(bytes, 'xyz xyz xyz xyz\n');

/** An object beside the plays. */
export const put = (
  { cloud }: System,
  bytes: Buffer,
  contentEncoding?: StoredObject['contentEncoding'],
): StoredObject =>
  cloud.storage.objects.put(WORKS_BUCKET, {
    name: `${WORKS_PREFIX}zz.txt`,
    bytes,
    ...(contentEncoding && { contentEncoding }),
  });

export const atOnce = (requests: number) => (system: System) =>
  postRun(system, { requests, intervalMs: 0, maxInFlight: requests });
