import assert from 'node:assert/strict';
import { WORKS_BUCKET, WORKS_PREFIX } from '../../../tools/local/cloud/storage/works.ts';
import { byForm, quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { addRequests, NO_REQUESTS, postRun, type Requests } from '../load.ts';
import { ALWAYS_CHECKED, PER_REQUEST, refused } from '../storage-failures.ts';
import type { System } from '../system.ts';

/** So that no request sees what the row does to another. */
const oneByOne = (requests: number) => async (system: System) => {
  let all: Requests = NO_REQUESTS;
  for (let n = 0; n < requests; n += 1) {
    all = addRequests(all, await postRun(system, { requests: 1, intervalMs: 0 }));
  }
  return all;
};

const REQUESTS = byForm(5, 40);
const HAMLET = `${WORKS_PREFIX}hamlet.txt`;
const isHamlet = (key: string) => key === `object ${HAMLET}`;
/** In no known query. */
const EXTRA = { name: `${WORKS_PREFIX}zz.txt`, bytes: Buffer.from('xyz\n') };

const remove = ({ cloud }: System, name: string) =>
  cloud.storage.objects.remove(WORKS_BUCKET, name);

/** A new generation with the same text. */
function replaceHamlet({ cloud }: System): void {
  const { objects } = cloud.storage;
  const bytes = objects.bucket(WORKS_BUCKET)?.objects.get(HAMLET)?.bytes;
  assert.ok(bytes);
  objects.put(WORKS_BUCKET, { name: HAMLET, bytes });
}

const KEPT = ['texts are kept', ALWAYS_CHECKED] as const;
const READ = ['each request reads', PER_REQUEST] as const;

for (const [mode, system] of [KEPT, READ]) {
  faultRow({
    name: `an object is replaced while it is read, where ${mode}, and every request is right`,
    form: 'full',
    system,
    warmUp: 0,
    load: oneByOne(REQUESTS),
    prepare(system) {
      let traceId = '';
      system.backends.storage.intercept((call) => {
        // Kept texts ask for what is new only.
        if (call.key === 'page 1' && call.attempt === 1) replaceHamlet(system);
        if (isHamlet(call.key) && call.traceId !== traceId) replaceHamlet(system);
        if (isHamlet(call.key)) traceId = call.traceId;
        return false;
      });
    },
    expect: {
      check: ({ attempts, calls }) => {
        assert.equal(attempts, 2);
        assert.equal(calls.listings, 2);
      },
    },
  });

  faultRow({
    name: `an object vanishes after the listing, where ${mode}, and every request is right`,
    form: quickIf(mode === KEPT[0]),
    system,
    warmUp: 0,
    load: oneByOne(REQUESTS),
    prepare(system) {
      system.backends.storage.intercept(({ key, attempt }) => {
        if (key === 'page 1' && attempt === 1)
          system.cloud.storage.objects.put(WORKS_BUCKET, EXTRA);
        if (key === `object ${EXTRA.name}`) remove(system, EXTRA.name);
        return false;
      });
    },
    expect: { check: ({ calls }) => assert.equal(calls.listings, 2) },
  });

  faultRow({
    name: `the bucket is emptied, where ${mode}, and a request asks once until it is filled`,
    form: quickIf(mode === KEPT[0]),
    system,
    load: async (system) => {
      const plays = system.cloud.storage.objects.bucket(WORKS_BUCKET)?.objects ?? new Map();
      const texts = [...plays.values()];
      for (const { name } of texts) remove(system, name);
      const before = system.backends.storage.calls('page ');
      const empty = await oneByOne(REQUESTS)(system);
      assert.equal(empty.failed.http_502, REQUESTS);
      assert.equal(system.backends.storage.calls('page ') - before, REQUESTS);
      for (const text of texts) system.cloud.storage.objects.put(WORKS_BUCKET, text);
      const filled = await oneByOne(REQUESTS)(system);
      assert.equal(filled.ok, REQUESTS);
      return addRequests(empty, filled);
    },
    expect: { documented: ['http_502'], check: ({ attempts }) => assert.equal(attempts, 1) },
  });
}

faultRow({
  name: 'an object is replaced whenever it is read, and a request gives up after 3 attempts',
  system: PER_REQUEST,
  load: oneByOne(REQUESTS),
  warmUp: 0,
  prepare(system) {
    system.backends.storage.intercept(({ key }) => {
      if (isHamlet(key)) replaceHamlet(system);
      return false;
    });
  },
  expect: refused('http_503', 3, { listings: 3 }),
});

for (const worksCache of ['keep', 'per-request'] as const) {
  faultRow({
    name: `there is no bucket with WORKS_CACHE=${worksCache}, and a request asks once`,
    form: 'full',
    system: { settings: { worksCache, worksBucket: 'no-such-bucket' } },
    warmUp: 0,
    load: oneByOne(REQUESTS),
    expect: refused('http_502', 1, { listings: 1 }),
  });
}
