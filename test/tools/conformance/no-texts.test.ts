import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { runChecks } from '../../../tools/conformance/check.ts';
import { startTestedCloud } from '../../../tools/conformance/cloud.ts';
import { noTextsCheck } from '../../../tools/conformance/server/no-texts.ts';
import { createServerCalls } from '../../../tools/conformance/server/server-calls.ts';
import { RIGHT_SERVER, type ServerParts, startExampleServer } from './example-server.ts';

/** What is found about a server with these parts, once it starts with another prefix. */
async function foundOn(t: TestContext, parts: Partial<ServerParts>) {
  const tested = await startTestedCloud('server');
  t.after(tested.close);
  let variables: Record<string, string> = {};
  const server = await startExampleServer(() => variables, { ...RIGHT_SERVER, ...parts });
  t.after(server.close);
  const at = { host: '127.0.0.1', port: server.port };
  const calls = createServerCalls(at, 30_000);
  t.after(calls.close);
  const again = {
    cloud: tested.cloud,
    async start(besides: Readonly<Record<string, string>>) {
      variables = { ...tested.variables(at, {}, {}), ...besides };
      return { close: async () => {} };
    },
  };
  const { signal } = new AbortController();
  const [result] = await runChecks([noTextsCheck(calls, again)], { signal });
  return result?.outcome;
}

it('finds nothing wrong with a server that answers FAILED_PRECONDITION where there are no texts', async (t) => {
  assert.equal(await foundOn(t, {}), 'holds');
});

it('finds that a server answers 0 where there are no texts', async (t) => {
  assert.equal(await foundOn(t, { whenEmpty: 'answer 0' }), 'finding');
});
