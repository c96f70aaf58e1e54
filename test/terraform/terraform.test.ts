import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf, reasonToSkip } from './terraform.ts';

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

test('an error is told in one line, without its frame', () => {
  const stderr = '\n╷\n│ Error: Unsupported argument\n│ \n│   on a.tf line 1\n╵\n';
  const problem = problemOf({ exitCode: 1, stdout: 'Planning', stderr });
  assert.match(problem, /^Error: Unsupported argument on a\.tf line 1/);
});
