import assert from 'node:assert/strict';
import { byForm } from '../form.ts';
import { faultRow } from '../harness.ts';
import { addRequests, loadUntilOver, runLoad } from '../load.ts';
import { until } from '../strikes.ts';

const load = { perSecond: 5, seconds: byForm(2, 20) };

faultRow({
  name: 'an ID token is rejected on its way to server, and no request fails',
  form: 'full',
  system: { identity: true },
  load: loadUntilOver(5),
  fault: {
    // A token that is issued in the same second is the same token.
    afterSeconds: 1,
    async start({ cloud, fronts }) {
      const before = cloud.faults.calls('metadata', 'identity');
      fronts.server?.rejectOnce();
      await until('a new token', () => cloud.faults.calls('metadata', 'identity') > before);
    },
  },
  expect: {
    check(_, { cloud, fronts }) {
      assert.ok((fronts.server?.refused()[401] ?? 0) >= 1);
      // One for each edge, and the one that took the place of the rejected.
      assert.equal(cloud.faults.calls('metadata', 'identity'), 3);
    },
  },
});

faultRow({
  name: 'ID tokens have expired when they are fetched, until the metadata server has new ones',
  system: { identity: true },
  warmUp: 0,
  async load(system) {
    const { cloud, backends } = system;
    backends.metadata.intercept(async ({ url, response }) => {
      const audience = url.searchParams.get('audience');
      if (audience === null) return false;
      const email = cloud.serviceAccount('faults');
      response.setHeader('metadata-flavor', 'Google');
      response.end(await cloud.tokens.issueIdToken({ email, audience, expiresInSeconds: -60 }));
      return true;
    });
    const expired = await runLoad(system, load);
    assert.equal(expired.ok, 0);
    backends.metadata.intercept();
    const fresh = await runLoad(system, load);
    assert.equal(fresh.ok, fresh.asked);
    return addRequests(expired, fresh);
  },
  expect: { documented: ['http_401'] },
});

for (const [edge, documented] of [
  ['client', 'http_401'],
  ['server', 'http_502'],
] as const) {
  faultRow({
    name: `an ID token for ${edge} is rejected and the next is for another audience, and no request fetches more`,
    form: 'full',
    system: { identity: true },
    load: async (system) => {
      const { backends, cloud, fronts, links } = system;
      backends.metadata.intercept(({ url }) => {
        if (url.searchParams.get('audience')?.endsWith(`:${links[edge].port}`)) {
          url.searchParams.set('audience', 'https://elsewhere.example');
        }
        return false;
      });
      const before = cloud.faults.calls('metadata', 'identity');
      fronts[edge]?.rejectOnce();
      const requests = await runLoad(system, load);
      assert.equal(requests.ok, 0);
      // Once a minute.
      assert.equal(cloud.faults.calls('metadata', 'identity') - before, 1);
      return requests;
    },
    expect: { documented: [documented] },
  });
}
