import assert from 'node:assert/strict';
import type { LinkFault } from '../fault-proxy.ts';
import { byForm, quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { loadUntilOver } from '../load.ts';

type Case = Readonly<{ what: string; fault: LinkFault; documented: readonly string[] }>;

/** Loadgen repeats nothing: a hidden retry would hide failures. */
const TO_CLIENT: readonly Case[] = [
  { what: 'is reset', fault: 'reset', documented: ['reset', 'connect'] },
  { what: 'accepts and stays silent for a while', fault: 'silent', documented: [] },
  { what: 'answers 500 bytes a second', fault: { drip: 500 }, documented: [] },
  { what: 'is cut within the answer', fault: { cut: 100 }, documented: ['reset'] },
  {
    what: 'is dead where it was open, and tells nobody',
    fault: 'half-open',
    documented: ['timeout'],
  },
];

/** Client repeats what may be repeated, twice and within 1.5 s. */
const TO_SERVER: readonly Case[] = [
  { what: 'is reset', fault: 'reset', documented: ['http_503'] },
  { what: 'accepts and stays silent for a while', fault: 'silent', documented: [] },
  { what: 'answers 500 bytes a second', fault: { drip: 500 }, documented: [] },
  { what: 'is cut after 300 bytes', fault: { cut: 300 }, documented: ['http_503'] },
];

/** Silence at each link, as each transport sees it; the last row resets connections. */
const QUICK: readonly string[] = ['client half-open', 'server silent'];

for (const { link, from, cases } of [
  { link: 'client', from: 'loadgen', cases: TO_CLIENT },
  { link: 'server', from: 'client', cases: TO_SERVER },
] as const) {
  for (const { what, fault, documented } of cases) {
    faultRow({
      name: `the connection from ${from} to ${link} ${what}, and each request has one end`,
      form: quickIf(QUICK.includes(`${link} ${fault}`)),
      // Half-open shows itself by this one only, so it is short enough to be met.
      ...(fault === 'half-open' && {
        system: { env: { loadgen: { LOADGEN_REQUEST_TIMEOUT_SECONDS: '3' } } },
      }),
      load: loadUntilOver(10),
      fault: {
        afterSeconds: 0.5,
        forSeconds: byForm(1.5, 15),
        start: ({ links }) => links[link].set(fault),
        stop: ({ links }) => links[link].set('pass'),
      },
      expect: {
        documented,
        check: ({ requests }) => assert.ok(requests.ok > 0, 'it answers again'),
      },
    });
  }
}

faultRow({
  name: 'server moves to another address under load, its old connections are reset, and no request fails',
  load: loadUntilOver(20),
  fault: {
    afterSeconds: 0,
    forSeconds: 0.5,
    async start(system) {
      await system.start('server');
      // So that calls are in flight when their connection goes.
      await system.links.server.set('silent');
    },
    async stop({ links }) {
      await links.server.set('reset');
      await links.server.set('pass');
    },
  },
  expect: {},
});
