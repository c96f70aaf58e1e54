import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AppError } from '../../../lib/errors.ts';
import { createKeptWorks } from '../../../services/server/kept-works.ts';
import { countMatchingLines } from '../../../services/server/match.ts';
import { createWorksPerRequest } from '../../../services/server/per-request-works.ts';
import type { Works } from '../../../services/server/works.ts';
import { recordLog } from '../log-lines.ts';
import type { FakeRequest, FakeStorage, Fault } from './fake-storage.ts';
import { startObjectStore } from './object-store.ts';

/*
 * No wrong count is answered as right: whatever Storage does in the middle of a load, the count is
 * that of one complete listing, or there is none.
 */

const SEEDS = Array.from({ length: 30 }, (_, n) => n + 1);
const LOADS = 6;
const never = new AbortController().signal;

/** Numbers in [0, 1) that the seed decides (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A bucket that changes while it is read, and knows the right count of each complete listing. */
function createBucket(storage: FakeStorage, random: () => number) {
  const lines = new Map<string, number>();
  const counts = new Set<number>();
  const put = (name: string) => {
    const count = Math.floor(random() * 1_000);
    const generation = String(lines.size + 1);
    lines.set(generation, count);
    storage.put(name, 'to be\n'.repeat(count), generation, random() < 0.4);
  };
  for (const name of ['a', 'b', 'c', 'd']) put(name);

  let listed = new Map<string, string>();
  storage.state.onPage = ({ number, items, isLast }) => {
    if (number === 0) listed = new Map();
    for (const { name, generation } of items) listed.set(name, generation);
    if (!isLast) return;
    counts.add([...listed.values()].reduce((sum, key) => sum + (lines.get(key) ?? 0), 0));
  };
  return {
    counts,
    change() {
      const name = NAMES[Math.floor(random() * NAMES.length)] as string;
      if (random() < 0.3 && storage.objects.size > 1) storage.objects.delete(name);
      else put(name);
    },
  };
}

const NAMES = ['a', 'b', 'c', 'd', 'e'];

type Bucket = ReturnType<typeof createBucket>;

/** What may go wrong with one request. */
function pickFault(request: FakeRequest, bucket: Bucket, random: () => number): Fault | undefined {
  const faults: readonly (() => Fault)[] = [
    () => ({ kind: 'run', run: bucket.change }),
    () => ({ kind: 'status', status: random() < 0.5 ? 503 : 429 }),
    () => ({ kind: 'reset' }),
    () => ({ kind: 'truncated' }),
    () => ({ kind: 'corrupt', hash: random() < 0.5 ? 'matching' : 'none' }),
    () => ({ kind: 'wrong-hash-header' }),
    () => ({ kind: 'compressed' }),
    // Valid gzip of another text, and gzip that is cut.
    () => ({ kind: 'compressed', bytes: Buffer.from('to be\n'.repeat(7)) }),
    () => ({ kind: 'raw', bytes: gzipSync('to be\n'.repeat(9)).subarray(0, 25) }),
    () => ({ kind: 'other-generation' }),
    () => ({ kind: 'twice' }),
  ];
  if (random() < 0.6) return undefined;
  const fault = faults[Math.floor(random() * faults.length)]?.();
  const isOfListing = fault?.kind === 'twice';
  return (request.kind === 'list') === isOfListing || fault?.kind === 'run' ? fault : undefined;
}

async function count(works: Works): Promise<number | AppError> {
  try {
    const { snapshot, release } = await works.read(never);
    const matches = snapshot.works
      .flatMap((work) => work.loweredParts)
      .reduce((sum, part) => sum + countMatchingLines(part, 'to be'), 0);
    release?.();
    return matches;
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error;
  }
}

async function start(t: TestContext, mode: 'keep' | 'per-request', random: () => number) {
  const { storage, store } = await startObjectStore(t, { attempts: 3, retryDelayMs: 0 }, 3);
  const { logger } = recordLog();
  const works =
    mode === 'keep' ? createKeptWorks({ store, ttlMs: 0, logger }) : createWorksPerRequest(store);
  const bucket = createBucket(storage, random);
  storage.state.fault = (request) => pickFault(request, bucket, random);
  return { bucket, works };
}

for (const mode of ['keep', 'per-request'] as const) {
  describe(`a count, ${mode}`, () => {
    test('is that of one complete listing, or is not given, whatever happens in the middle', async (t) => {
      let right = 0;
      let refused = 0;
      for (const seed of SEEDS) {
        const { bucket, works } = await start(t, mode, createRandom(seed));
        for (let load = 0; load < LOADS; load += 1) {
          const counted = await count(works);
          if (counted instanceof AppError) refused += 1;
          else {
            assert.ok(bucket.counts.has(counted), `seed ${seed}, load ${load}: ${counted}`);
            right += 1;
          }
        }
      }
      assert.ok(right > 25 && refused > 0, `${right} right, ${refused} refused`);
    });
  });
}
