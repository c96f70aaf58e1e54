import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { runChecks } from '../../../tools/conformance/check.ts';
import { clientChecks } from '../../../tools/conformance/client/checks.ts';
import { startStandInServer } from '../../../tools/conformance/client/stand-in-server.ts';
import { startTestedCloud, type TestedCloud } from '../../../tools/conformance/cloud.ts';
import { createHttpCalls } from '../../../tools/conformance/http-calls.ts';
import { startTested } from '../../../tools/conformance/tested-program.ts';
import { reservePort } from '../../../tools/local/platforms/ports.ts';

/** The ids of the findings about the end of a client that ends in this way, and what was not checked. */
async function foundAtEnd(t: TestContext, tested: TestedCloud, way: string) {
  const server = await startStandInServer();
  t.after(server.close);
  const { port, release } = await reservePort();
  t.after(release);
  const at = { host: '127.0.0.1', port };
  const { signal } = new AbortController();
  const command = `exec ${process.execPath} test/tools/conformance/ending-client.ts '${way}'`;
  const program = await startTested({
    options: { program: 'client', ...at, command, json: undefined },
    variables: tested.variables(at, { SERVER_ADDR: server.address }, process.env),
    caller: process.env,
    signal,
    tell: () => {},
    onLine: () => {},
    stopGraceMs: way === 'goes on' ? 1_000 : 30_000,
  });
  t.after(program.close);
  const call = createHttpCalls(at, 30_000);
  const { stop } = program;
  const checks = clientChecks(
    { call, server, withinMs: 30_000 },
    { cloud: tested.cloud, signal, stop },
  );
  const results = await runChecks(
    checks.filter(({ id }) => id.startsWith('end.')),
    { signal },
  );
  return results.flatMap(({ id, outcome }) => (outcome === 'holds' ? [] : [`${id} ${outcome}`]));
}

const LOST = ['end.spans finding', 'end.in-flight skipped'];
const WRONG: Readonly<Record<string, readonly string[]>> = {
  'does not handle it': LOST,
  'loses its spans': LOST,
  'goes on': ['end.exit finding', 'end.spans skipped', 'end.in-flight skipped'],
  'fails at its end': ['end.exit finding', 'end.spans skipped', 'end.in-flight skipped'],
  'drops what it has begun': ['end.in-flight finding'],
};

describe('conformance --command, at SIGTERM', () => {
  let tested: TestedCloud;
  before(async () => {
    tested = await startTestedCloud('client');
  });
  after(() => tested.close());

  it('finds nothing wrong with a client that ends as it should', async (t) => {
    assert.deepEqual(await foundAtEnd(t, tested, 'right'), []);
  });

  for (const [way, found] of Object.entries(WRONG)) {
    it(`finds ${found[0]?.split(' ')[0]} of a client that ${way}, and nothing else`, async (t) => {
      assert.deepEqual(await foundAtEnd(t, tested, way), found);
    });
  }
});
