import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startLocalCloud } from '../../tools/local/cloud/local-cloud.ts';
import { replacementVariables } from '../../tools/local/platforms/replacement-environment.ts';
import { childEnvironment, runToEnd } from '../run-to-end.ts';
import { buildGoStorageClient, buildJavaStorageClient, buildPythonPackages } from './builds.ts';
import { EXAMPLES, reasonToSkip } from './toolchains.ts';

const BIG_BYTES = 5_000_000;

/** Every client prints the same, for each API that it reads by. */
const RIGHT = {
  names: ['a b/é.txt', 'big.txt', 'packed.txt'],
  'under a': ['a b/é.txt'],
  whole: '0123456789',
  range: '234',
  tail: '789',
  gzip: 'unpacked',
  big: BIG_BYTES,
  missing: true,
  precondition: true,
};

const RESET = { service: 'storage', operation: 'download', times: 1, resetMidBody: true } as const;

async function runClient(t: TestContext, command: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const cloud = await startLocalCloud();
  t.after(cloud.close);
  const { objects } = cloud.storage;
  objects.createBucket('texts');
  objects.put('texts', { name: 'a b/é.txt', bytes: Buffer.from('0123456789') });
  objects.put('texts', { name: 'big.txt', bytes: Buffer.alloc(BIG_BYTES, 'line\n') });
  const packed = { name: 'packed.txt', bytes: gzipSync('unpacked') };
  objects.put('texts', { ...packed, contentEncoding: 'gzip' });
  // The library repeats the one, and goes on with a range after the other.
  const faults = [
    cloud.faults.inject({ service: 'storage', operation: 'list', times: 1, error: 'UNAVAILABLE' }),
    cloud.faults.inject({ ...RESET, target: 'big.txt' }),
  ];
  const variables = replacementVariables({
    program: 'server',
    own: {
      GOOGLE_CLOUD_PROJECT: cloud.projectId,
      STORAGE_API_ENDPOINT: cloud.storageOrigin,
      CLOUDSDK_CONFIG: cloud.configDir,
    },
    metadataHost: '127.0.0.1:9',
    storageOrigin: cloud.storageOrigin,
    certFile: cloud.authority.certFile,
    caller: process.env,
    platform: {},
  });
  const [program = '', ...args] = command;
  const { code, stdout, stderr } = await runToEnd(program, [...args, 'texts'], {
    env: childEnvironment({ ...variables, ...env }),
    timeoutMs: 300_000,
  });
  assert.equal(code, 0, `exit ${code}\n${stdout}${stderr}`);
  assert.deepEqual(
    faults.map((fault) => fault.applied()),
    [1, 1],
  );
  return JSON.parse(stdout);
}

describe('the local Cloud Storage', () => {
  it('is read by Google’s library for Go, by the XML and the JSON API', {
    skip: reasonToSkip('go'),
  }, async (t) => {
    const answers = await runClient(t, await buildGoStorageClient());
    assert.deepEqual(answers, { xml: RIGHT, json: RIGHT });
  });

  it('is read by Google’s library for Python', { skip: reasonToSkip('python') }, async (t) => {
    const PYTHONPATH = await buildPythonPackages();
    const client = join(EXAMPLES, 'storage-clients/client.py');
    assert.deepEqual(await runClient(t, ['python3', client], { PYTHONPATH }), { json: RIGHT });
  });

  it('is read by Google’s library for Java', { skip: reasonToSkip('java') }, async (t) => {
    assert.deepEqual(await runClient(t, await buildJavaStorageClient()), { json: RIGHT });
  });
});
