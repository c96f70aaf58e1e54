import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { byForm, quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { addRequests, loadUntilOver, NO_REQUESTS, runLoad } from '../load.ts';
import { until } from '../strikes.ts';
import type { System } from '../system.ts';

/** What loadgen and client say where they have no token. */
const NO_TOKEN = ['dropped_notReady', 'identity', 'http_503'];

/** Starts all three programs again, with whatever the row has done to their metadata server. */
async function startAgain({ programs, start }: System): Promise<void> {
  const before = Object.values(programs);
  await Promise.all((['server', 'client', 'loadgen'] as const).map(start));
  await Promise.all(before.map((each) => each.stop()));
}

/** The load meets the fault, and then its end. */
async function loadAround(system: System, end: () => unknown) {
  const load = { perSecond: 5, seconds: byForm(2, 15) };
  const during = await runLoad(system, load);
  await end();
  const after = await runLoad(system, load);
  assert.equal(after.ok, after.asked, JSON.stringify(after.failed));
  return { during, all: addRequests(during, after) };
}

faultRow({
  name: 'the metadata server is down while tokens are valid, and no request notices',
  system: { identity: true },
  load: loadUntilOver(5),
  fault: {
    afterSeconds: 0,
    forSeconds: byForm(2, 20),
    start: ({ links }) => links.metadata.set('refuse'),
    stop: ({ links }) => links.metadata.set('pass'),
  },
  expect: {},
});

for (const fault of ['refuse', 'silent'] as const) {
  faultRow({
    name: `the metadata server is ${fault === 'refuse' ? 'down' : 'silent'} when the programs start, and comes up seconds later`,
    form: quickIf(fault === 'refuse'),
    system: { identity: true },
    warmUp: 0,
    async prepare(system) {
      await system.links.metadata.set(fault);
      await startAgain(system);
    },
    async load(system) {
      const { during, all } = await loadAround(system, async () => {
        await sleep(byForm(0, 10_000));
        await system.links.metadata.set('pass');
      });
      assert.equal(during.ok, 0);
      return all;
    },
    expect: { documented: NO_TOKEN },
  });
}

faultRow({
  name: 'the metadata server takes a second for each answer while the first tokens are fetched',
  form: 'full',
  system: { identity: true },
  warmUp: 0,
  prepare: ({ cloud }) => cloud.faults.inject({ service: 'metadata', delayMs: 1_000 }),
  load: async (system) => (await loadAround(system, () => system.cloud.faults.clear())).all,
  // A machine that is busy for 4 s more meets the deadline of a fetch.
  expect: { documented: NO_TOKEN },
});

const SIGN_IN = '<!doctype html><title>Sign in</title>';
const GARBAGE: readonly string[] = [
  '',
  'null',
  '{}',
  SIGN_IN,
  'a.b.c',
  'x'.repeat(100_000),
  'eyJhbGciOiJub25lIn0.e30.',
];

for (const [edge, documented] of [
  ['client', 'dropped_notReady'],
  ['server', 'http_503'],
] as const) {
  faultRow({
    name: `the metadata server answers garbage in place of tokens for Google and ${edge}, and nothing is lost`,
    form: 'full',
    system: { identity: true },
    warmUp: 0,
    async load(system) {
      const { backends, links } = system;
      let identities = 0;
      const isForEdge = (url: URL) =>
        url.searchParams.get('audience')?.endsWith(`:${links[edge].port}`) ?? false;
      backends.metadata.intercept(({ url, key, response }) => {
        if (!key.endsWith('/token') && !isForEdge(url)) return false;
        response.setHeader('metadata-flavor', 'Google');
        response.writeHead(200);
        if (!isForEdge(url)) response.end(SIGN_IN);
        else response.end(GARBAGE[identities++ % GARBAGE.length]);
        return true;
      });
      let all = NO_REQUESTS;
      while (identities < GARBAGE.length) {
        all = addRequests(all, await runLoad(system, { perSecond: 5, seconds: 1 }));
      }
      assert.equal(all.failed[documented], all.asked);
      backends.metadata.intercept();
      const after = await runLoad(system, { perSecond: 5, seconds: byForm(1, 15) });
      assert.equal(after.ok, after.asked, JSON.stringify(after.failed));
      return addRequests(all, after);
    },
    expect: { documented: [documented] },
  });
}

faultRow({
  name: 'the metadata server gives access tokens that Cloud Trace rejects, then good ones, and nothing is lost',
  warmUp: 0,
  async load(system) {
    const { backends, cloud } = system;
    backends.metadata.intercept(({ key, response }) => {
      if (!key.endsWith('/token')) return false;
      response.setHeader('metadata-flavor', 'Google');
      response.setHeader('content-type', 'application/json');
      response.end('{"access_token":"revoked","expires_in":3600,"token_type":"Bearer"}');
      return true;
    });
    const before = cloud.faults.calls('trace-write');
    const during = await runLoad(system, { perSecond: 5, seconds: byForm(1, 15) });
    await until('rejected writes', () => cloud.faults.calls('trace-write') >= before + 6);
    backends.metadata.intercept();
    return during;
  },
  expect: {},
});
