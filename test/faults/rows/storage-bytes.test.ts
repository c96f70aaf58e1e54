import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { StoredObject } from '../../../tools/local/cloud/storage/objects.ts';
import { WORKS_BUCKET, WORKS_PREFIX } from '../../../tools/local/cloud/storage/works.ts';
import { byForm } from '../form.ts';
import { faultRow } from '../harness.ts';
import { loadUntilOver, postRun } from '../load.ts';
import { until } from '../strikes.ts';
import type { System, SystemOptions } from '../system.ts';

const MB = 1_000_000;

/** Deadlines of minutes: these rows are about memory, and the last of 8 readers waits for 7. */
const PATIENT = {
  env: {
    loadgen: { LOADGEN_REQUEST_TIMEOUT_SECONDS: '600' },
    client: { SERVER_DEADLINE_MS: '300000' },
    server: { WORKS_ATTEMPT_TIMEOUT_MS: '60000', WORKS_TTL_SECONDS: '0' },
  },
};
const withCache = (worksCache: 'keep' | 'per-request'): SystemOptions => ({
  ...PATIENT,
  settings: { worksCache },
});

/** Lines with none of the known queries. */
const linesOf = (bytes: number) => Buffer.alloc(bytes, 'xyz xyz xyz xyz\n');

/** An object beside the plays. */
const put = (
  { cloud }: System,
  bytes: Buffer,
  contentEncoding?: StoredObject['contentEncoding'],
): StoredObject =>
  cloud.storage.objects.put(WORKS_BUCKET, {
    name: `${WORKS_PREFIX}zz.txt`,
    bytes,
    ...(contentEncoding && { contentEncoding }),
  });

const atOnce = (requests: number) => (system: System) =>
  postRun(system, { requests, intervalMs: 0, maxInFlight: requests });

for (const worksCache of ['keep', 'per-request'] as const) {
  faultRow({
    name: `8 requests at once read an object of 50 MB with WORKS_CACHE=${worksCache}`,
    system: withCache(worksCache),
    warmUp: 0,
    prepare(system) {
      const { name } = put(system, linesOf(50 * MB));
      const allCame = Promise.withResolvers<void>();
      let came = 0;
      // Those that are let in together read together.
      system.backends.storage.intercept(async ({ key }) => {
        if (key !== `object ${name}`) return false;
        came += 1;
        if (came === 8) allCame.resolve();
        await Promise.race([allCame.promise, sleep(500)]);
        return false;
      });
    },
    load: atOnce(8),
    expect: { check: ({ attempts }) => assert.equal(attempts, 1) },
  });
}

/** Where both modes run the same code, the quick form has one. */
for (const worksCache of byForm(['per-request'] as const, ['keep', 'per-request'] as const)) {
  faultRow({
    name: `an object has 100 MB with WORKS_CACHE=${worksCache}, and no request reads it`,
    system: withCache(worksCache),
    warmUp: 0,
    prepare: (system) => put(system, linesOf(100 * MB)),
    load: atOnce(8),
    expect: {
      documented: ['http_502'],
      check({ requests, calls, attempts }) {
        assert.equal(requests.ok, 0);
        assert.equal(calls['object reads'], 0);
        assert.equal(attempts, 1);
      },
    },
  });

  faultRow({
    name: `a small gzip object unpacks to 500 MB with WORKS_CACHE=${worksCache}, and no request unpacks it`,
    system: withCache(worksCache),
    warmUp: 0,
    prepare(system) {
      // Gzip may consist of many parts, one after the other.
      const part = gzipSync(linesOf(MB));
      put(system, Buffer.concat(Array.from({ length: 500 }, () => part)), 'gzip');
    },
    load: atOnce(8),
    expect: {
      documented: ['http_502'],
      check({ requests, attempts }) {
        assert.equal(requests.ok, 0);
        assert.equal(attempts, 1);
      },
    },
  });

  faultRow({
    name: `an object is no gzip although it says so, with WORKS_CACHE=${worksCache}, and a request asks once`,
    system: withCache(worksCache),
    warmUp: 0,
    prepare: (system) => put(system, linesOf(1_000), 'gzip'),
    load: atOnce(8),
    expect: {
      documented: ['http_502'],
      check({ requests, attempts }) {
        assert.equal(requests.ok, 0);
        assert.equal(attempts, 1);
      },
    },
  });
}

faultRow({
  name: 'an object of 50 MB is replaced by another while its text is kept',
  system: PATIENT,
  warmUp: 1,
  prepare: (system) => put(system, linesOf(50 * MB)),
  load: async (system) => {
    put(system, linesOf(51 * MB));
    return await atOnce(8)(system);
  },
  expect: { check: ({ attempts }) => assert.ok(attempts <= 2) },
});

faultRow({
  name: 'the plays are stored as gzip, and every request is right',
  system: withCache('per-request'),
  prepare({ cloud }) {
    const { objects } = cloud.storage;
    for (const { name, bytes } of [...(objects.bucket(WORKS_BUCKET)?.objects.values() ?? [])]) {
      objects.put(WORKS_BUCKET, { name, bytes: gzipSync(bytes), contentEncoding: 'gzip' });
    }
  },
  load: atOnce(8),
  expect: { check: ({ attempts }) => assert.equal(attempts, 1) },
});

faultRow({
  name: 'a front end compresses the plays on their way, and every request is right',
  system: withCache('per-request'),
  prepare({ backends }) {
    backends.storage.intercept(async (call) => {
      if (!call.key.startsWith('object ')) return false;
      const { headers, body } = await call.fetch();
      const { 'content-length': _, ...others } = Object.fromEntries(headers);
      call.response.writeHead(200, { ...others, 'content-encoding': 'gzip' });
      call.response.end(gzipSync(body));
      return true;
    });
  },
  load: atOnce(8),
  expect: { check: ({ attempts }) => assert.equal(attempts, 1) },
});

faultRow({
  name: 'the listing says 10 bytes, Storage sends 100 MB, and a request takes none of it',
  system: withCache('per-request'),
  warmUp: 0,
  prepare({ backends }) {
    const body = linesOf(100 * MB);
    backends.storage.intercept(async (call) => {
      if (call.key.startsWith('page ')) {
        const { headers, body } = await call.fetch();
        const { 'content-length': _, ...others } = Object.fromEntries(headers);
        call.response.writeHead(200, others);
        call.response.end(body.toString().replaceAll(/"size":"\d+"/g, '"size":"10"'));
      } else {
        call.response.writeHead(200, { 'content-length': body.length }).end(body);
      }
      return true;
    });
  },
  load: atOnce(8),
  expect: {
    documented: ['http_503'],
    check({ requests, attempts }) {
      assert.equal(requests.ok, 0);
      assert.equal(attempts, 3);
    },
  },
});

for (const worksCache of byForm(['per-request'] as const, ['keep', 'per-request'] as const)) {
  faultRow({
    name: `Storage drips 100 bytes a second with WORKS_CACHE=${worksCache}, and ${
      worksCache === 'keep' ? 'kept texts serve every request' : 'each attempt is given up'
    }`,
    system: {
      settings: { worksCache },
      // What the row is about: an attempt that never comes to its end.
      env: { server: { WORKS_ATTEMPT_TIMEOUT_MS: '2000', WORKS_TTL_SECONDS: '0' } },
    },
    load: loadUntilOver(3),
    fault: {
      afterSeconds: 0,
      forSeconds: byForm(2, 15),
      async start(system) {
        await system.links.storage.set({ drip: 100 });
        await until('three attempts', () => system.backends.storage.mostAttempts() === 3);
      },
      stop: ({ links }) => links.storage.set('pass'),
    },
    expect: {
      // A busy machine may miss an attempt's deadline without the fault.
      documented: worksCache === 'keep' ? [] : ['http_503'],
    },
  });
}
