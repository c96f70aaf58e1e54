import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environmentFor, problemOf, reasonToSkip } from './terraform.ts';

const nowhere = { path: '/nowhere', isCi: false, canBeHad: async () => true };

test('without terraform the tests are skipped, and say why', async () => {
  assert.match(String(await reasonToSkip(nowhere)), /terraform is not installed/);
});

test('under CI a terraform that could be installed is not skipped', async () => {
  await assert.rejects(reasonToSkip({ ...nowhere, isCi: true }), /under CI it must be/);
});

test('under CI without a way to terraform the tests are skipped, and say so', async () => {
  const reason = await reasonToSkip({ ...nowhere, isCi: true, canBeHad: async () => false });
  assert.match(String(reason), /out of reach/);
});

test('an error is shown in one line, without its frame', () => {
  const stderr = '\n╷\n│ Error: Unsupported argument\n│ \n│   on a.tf line 1\n╵\n';
  const problem = problemOf({ exitCode: 1, stdout: 'Planning', stderr });
  assert.match(problem, /^Error: Unsupported argument on a\.tf line 1/);
});

const user = {
  PATH: '/bin',
  HOME: '/home/someone',
  TF_CLI_CONFIG_FILE: '/home/someone/mirror.tfrc',
  HTTPS_PROXY: 'http://proxy:3128',
  no_proxy: 'localhost',
  TF_VAR_project_id: 'someones',
  TF_LOG: 'TRACE',
};

test('against the stand-in nothing of the user’s terraform configuration counts', () => {
  const env = environmentFor(false, user);
  assert.equal(env.TF_CLI_CONFIG_FILE, '/dev/null');
  assert.deepEqual(
    [env.HTTPS_PROXY, env.no_proxy, env.TF_VAR_project_id],
    Array(3).fill(undefined),
  );
});

test('against the real providers the user’s mirror and proxy are used, and no variables', () => {
  const env = environmentFor(true, user);
  assert.equal(env.TF_CLI_CONFIG_FILE, '/home/someone/mirror.tfrc');
  assert.deepEqual([env.HTTPS_PROXY, env.no_proxy], ['http://proxy:3128', 'localhost']);
  assert.deepEqual([env.TF_VAR_project_id, env.TF_LOG], [undefined, undefined]);
});
