import assert from 'node:assert/strict';
import { faultRow } from '../harness.ts';
import { loadUntilOver } from '../load.ts';
import { until } from '../strikes.ts';

faultRow({
  name: 'an ID token that is rejected is discarded, and the next request has a new one',
  system: { identity: true },
  load: loadUntilOver(5),
  fault: {
    // A token that is issued in the same second is the same token.
    afterSeconds: 1,
    async start({ cloud, fronts }) {
      const { client } = fronts;
      const before = cloud.faults.calls('metadata', 'identity');
      client?.rejectOnce();
      await until('a refusal', () => (client?.refused()[401] ?? 0) > 0);
      await until('a new token', () => cloud.faults.calls('metadata', 'identity') > before);
    },
  },
  expect: {
    documented: ['http_401'],
    check({ requests }) {
      const { http_401: refused = 0 } = requests.failed;
      assert.ok(refused <= 5, `${refused} requests were sent with the token that was rejected`);
    },
  },
});
