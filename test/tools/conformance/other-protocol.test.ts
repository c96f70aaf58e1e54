import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { runChecks } from '../../../tools/conformance/check.ts';
import { healthChecks } from '../../../tools/conformance/server/health.ts';
import { createServerCalls } from '../../../tools/conformance/server/server-calls.ts';
import { createFaults } from '../../../tools/local/cloud/faults.ts';

it('quotes the contract on plain text where a server speaks HTTP/1.1, and checks nothing else', async (t) => {
  const server = createServer((_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const calls = createServerCalls({ host: '127.0.0.1', port }, 30_000);
  t.after(calls.close);
  const { signal } = new AbortController();
  const checks = healthChecks({ calls, faults: createFaults(), withinMs: 30_000 });
  const results = await runChecks(checks, { signal });
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['finding', 'skipped'],
  );
  assert.equal(results[0]?.rule.says, 'A gRPC server, in plain text (h2c), on the port in `PORT`.');
});
