import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { byForm, quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { loadUntilOver } from '../load.ts';
import { answerChanged, refused } from '../storage-failures.ts';
import { atOnce, linesOf, MB, PATIENT, put, withCache } from '../stored-bytes.ts';
import { until } from '../strikes.ts';

for (const worksCache of ['keep', 'per-request'] as const) {
  faultRow({
    name: `8 requests at once read an object of 50 MB with WORKS_CACHE=${worksCache}`,
    form: quickIf(worksCache === 'keep'),
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

for (const worksCache of ['keep', 'per-request'] as const) {
  faultRow({
    name: `an object has 100 MB with WORKS_CACHE=${worksCache}, and no request reads it`,
    form: 'full',
    system: withCache(worksCache),
    warmUp: 0,
    prepare: (system) => put(system, linesOf(100 * MB)),
    load: atOnce(8),
    expect: refused('http_502', 1, { 'object reads': 0 }),
  });
}

faultRow({
  name: 'an object of 50 MB is replaced by another while its text is kept',
  form: 'full',
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
  name: 'the listing says 10 bytes, Storage sends 100 MB, and a request takes none of it',
  form: 'full',
  system: withCache('per-request'),
  warmUp: 0,
  prepare({ backends }) {
    const body = linesOf(100 * MB);
    backends.storage.intercept((call) => {
      if (call.key.startsWith('page ')) {
        return answerChanged(call, (listing) =>
          listing.toString().replaceAll(/"size":"\d+"/g, '"size":"10"'),
        );
      }
      call.response.writeHead(200, { 'content-length': body.length }).end(body);
      return true;
    });
  },
  load: atOnce(8),
  expect: refused('http_503', 3),
});

for (const worksCache of ['keep', 'per-request'] as const) {
  faultRow({
    name: `Storage drips 100 bytes a second with WORKS_CACHE=${worksCache}, and ${
      worksCache === 'keep' ? 'kept texts serve every request' : 'each attempt is given up'
    }`,
    form: quickIf(worksCache === 'per-request'),
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
