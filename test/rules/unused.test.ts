import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './sources.ts';

test('every file, export and dependency is used', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/knip/bin/knip.js'),
      ...['--config', 'test/rules/knip.json', '--no-progress'],
    ],
    { cwd: ROOT, encoding: 'utf8' },
  );
  assert.equal(status, 0, stdout + stderr);
});
