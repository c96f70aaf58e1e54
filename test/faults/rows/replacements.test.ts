import assert from 'node:assert/strict';
import { quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { loadUntilOver, postRun } from '../load.ts';
import { until } from '../strikes.ts';

for (const name of ['server', 'client'] as const) {
  faultRow({
    name: `another ${name} takes new connections, SIGTERM ends the old one, and no request fails`,
    form: quickIf(name === 'client'),
    load: loadUntilOver(30),
    fault: {
      afterSeconds: 0,
      async start(system) {
        const old = system.programs[name];
        await system.start(name);
        await old.stop();
      },
    },
    expect: {},
  });
}

faultRow({
  name: '50 requests at once find no client and no server, wait for their start, and are right',
  load: async (system) => {
    const { links, programs } = system;
    await Promise.all([programs.client.stop(), programs.server.stop()]);
    await Promise.all([links.client.set('hold'), links.server.set('hold')]);
    const { accepted } = links.client.connections();
    const requests = postRun(system, { requests: 50, intervalMs: 0 });
    await until('50 wait', () => links.client.connections().accepted >= accepted + 50);
    await Promise.all([system.start('client'), system.start('server')]);
    await Promise.all([links.client.set('pass'), links.server.set('pass')]);
    return requests;
  },
  expect: {
    check: ({ calls }) => assert.equal(calls.listings, 1 / 50, 'all requests share one reading'),
  },
});
