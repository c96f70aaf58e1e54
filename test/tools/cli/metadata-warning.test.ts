import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { childEnvironment } from '../../run-to-end.ts';
import { runCli } from './run-cli.ts';

test('without credentials a command explains that once, and Node.js does not warn', async (t) => {
  // As a proxy answers for an address that nobody has: Google's library warns of such answers.
  const proxy = createServer((_, response) => response.writeHead(403).end());
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => proxy.close());
  const nowhere = join(tmpdir(), 'no-such-folder');
  const { port } = proxy.address() as AddressInfo;
  const env = childEnvironment({
    ...{ CLOUDSDK_CONFIG: nowhere, HOME: nowhere, GOOGLE_APPLICATION_CREDENTIALS: undefined },
    GCE_METADATA_HOST: `127.0.0.1:${port}`,
  });
  const args = ['doctor', '--preflight', '--project', 'my-project'];
  const { code, stdout, stderr } = await runCli(args, { env });
  assert.equal(code, 1);
  assert.equal(stderr, '');
  const [failed, said, fix, empty, verdict, ...rest] = stdout.split('\n');
  assert.equal(failed, 'FAILED your credentials work');
  assert.match(said ?? '', /no usable credentials/);
  assert.match(fix ?? '', /fix: gcloud auth application-default login/);
  assert.match(`${empty}${verdict}`, /^1 of \d+ checks failed\. The other checks depend on it/);
  assert.deepEqual(rest, ['']);
});
