import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { WORKS_BUCKET } from '../../../tools/local/cloud/storage/works.ts';
import { quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { answerChanged, refused } from '../storage-failures.ts';
import { atOnce, linesOf, MB, put, withCache } from '../stored-bytes.ts';

for (const worksCache of ['keep', 'per-request'] as const) {
  faultRow({
    name: `a small gzip object unpacks to 500 MB with WORKS_CACHE=${worksCache}, and no request unpacks it`,
    form: quickIf(worksCache === 'keep'),
    system: withCache(worksCache),
    warmUp: 0,
    prepare(system) {
      // Gzip may consist of many parts, one after the other.
      const part = gzipSync(linesOf(MB));
      put(system, Buffer.concat(Array.from({ length: 500 }, () => part)), 'gzip');
    },
    load: atOnce(8),
    expect: refused('http_502', 1),
  });

  faultRow({
    name: `an object is no gzip although it says so, with WORKS_CACHE=${worksCache}, and a request asks once`,
    form: 'full',
    system: withCache(worksCache),
    warmUp: 0,
    prepare: (system) => put(system, linesOf(1_000), 'gzip'),
    load: atOnce(8),
    expect: refused('http_502', 1),
  });
}

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
  form: 'full',
  system: withCache('per-request'),
  prepare({ backends }) {
    backends.storage.intercept(
      (call) =>
        call.key.startsWith('object ') &&
        answerChanged(call, (body) => gzipSync(body), { 'content-encoding': 'gzip' }),
    );
  },
  load: atOnce(8),
  expect: { check: ({ attempts }) => assert.equal(attempts, 1) },
});
