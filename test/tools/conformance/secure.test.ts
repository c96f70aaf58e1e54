import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import { runChecks } from '../../../tools/conformance/check.ts';
import { startTestedCloud, type TestedCloud } from '../../../tools/conformance/cloud.ts';
import { findingsOf } from '../../../tools/conformance/render.ts';
import { secureChecks } from '../../../tools/conformance/secure/secure-checks.ts';
import { createHttp1Upstream } from '../../../tools/local/platforms/cloud-run/upstream.ts';

/** How a program calls the https:// URL that it is given. */
type Way = Readonly<{
  url(origin: string): string;
  audience(origin: string): string | undefined;
  trusts: boolean;
}>;

const RIGHT: Way = { url: (origin) => origin, audience: (origin) => origin, trusts: true };

async function call(
  { url, audience, trusts }: Way,
  env: Readonly<Record<string, string>>,
  ca: string,
): Promise<void> {
  const { CLIENT_ADDR: origin = '', GCE_METADATA_HOST: host } = env;
  const asked = audience(origin);
  const path = '/computeMetadata/v1/instance/service-accounts/default/identity';
  const token = async () =>
    (
      await fetch(`http://${host}${path}?audience=${encodeURIComponent(asked ?? '')}`, {
        headers: { 'metadata-flavor': 'Google' },
      })
    ).text();
  const headers = asked === undefined ? {} : { authorization: `Bearer ${await token()}` };
  if (url(origin).startsWith('http:')) return void (await fetch(url(origin), { headers }));
  await new Promise<void>((resolve, reject) => {
    const sent = request(
      url(origin),
      { headers, agent: false, ...(trusts && { ca }) },
      (response) => text(response).then(() => resolve(), reject),
    );
    sent.once('error', reject).end();
  });
}

/** The findings about a program that calls in this way, with what came. */
async function foundOn(t: TestContext, { cloud }: TestedCloud, way: Partial<Way>) {
  const neighbour = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => neighbour.listen(0, '127.0.0.1', resolve));
  t.after(() => neighbour.close());
  let env: Readonly<Record<string, string>> = {};
  const checks = secureChecks({
    program: 'loadgen',
    upstream: () => createHttp1Upstream((neighbour.address() as AddressInfo).port),
    again: {
      cloud,
      async start(variables) {
        env = variables;
        return { close: async () => {} };
      },
    },
    async trigger() {
      await call({ ...RIGHT, ...way }, env, cloud.authority.certPem);
      return 'done';
    },
    after: [],
  });
  const { signal } = new AbortController();
  return findingsOf(await runChecks(checks, { signal })).map(({ id, finding }) => ({
    id,
    came: finding.came,
  }));
}

const WRONG: Readonly<Record<string, { way: Partial<Way>; id: string; came: RegExp }>> = {
  'speaks plain text': {
    way: { url: (origin) => origin.replace('https:', 'http:') },
    id: 'secure.tls',
    came: /^it spoke plain text$/,
  },
  'does not trust the authority': {
    way: { trusts: false },
    id: 'secure.tls',
    // Node closes the connection after the handshake, others say the reason in an alert.
    came: /^(no call came; self-signed certificate|TLS was not agreed on)/,
  },
  'calls somebody else': {
    way: { url: () => 'https://localhost:1' },
    id: 'secure.tls',
    came: /^no call came; connect ECONNREFUSED/,
  },
  'sends no token': {
    way: { audience: () => undefined },
    id: 'secure.token',
    came: /^the request has no Authorization header$/,
  },
  'asks for a token for another audience': {
    way: { audience: (origin) => `${origin}/` },
    id: 'secure.token',
    came: /is for the audience "https:\/\/localhost:\d+\/", not "https:\/\/localhost:\d+"$/,
  },
};

describe('conformance, an https:// address', () => {
  let tested: TestedCloud;
  before(async () => {
    tested = await startTestedCloud('loadgen');
  });
  after(() => tested.close());

  it('finds nothing wrong with TLS and an ID token for the origin', async (t) => {
    assert.deepEqual(await foundOn(t, tested, {}), []);
  });

  for (const [name, { way, id, came }] of Object.entries(WRONG)) {
    it(`finds ${id} of a program that ${name}, and nothing else`, async (t) => {
      const found = await foundOn(t, tested, way);
      assert.deepEqual(
        found.map((each) => each.id),
        [id],
      );
      assert.match(found[0]?.came ?? '', came);
    });
  }

  it('does not check a program that somebody else started', async () => {
    const checks = secureChecks({
      program: 'client',
      upstream: () => assert.fail('called'),
      again: undefined,
      trigger: () => assert.fail('called'),
      after: [],
    });
    const { signal } = new AbortController();
    const results = await runChecks(checks, { signal });
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['skipped', 'skipped'],
    );
  });
});
