import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runToEnd } from '../run-to-end.ts';
import { ROOT } from './sources.ts';

test('every file, export and dependency is used', async () => {
  const knip = join(ROOT, 'node_modules/knip/bin/knip.js');
  const { code, stdout, stderr } = await runToEnd(
    process.execPath,
    [knip, '--config', 'test/rules/knip.json', '--no-progress'],
    { cwd: ROOT },
  );
  assert.equal(code, 0, stdout + stderr);
});
