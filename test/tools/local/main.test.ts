import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { ROOT } from '../../rules/sources.ts';

test('npm start --once, without the -- before it, is refused instead of running for ever', () => {
  const { status, stderr } = spawnSync(process.execPath, ['tools/local/main.ts', '60'], {
    cwd: ROOT,
    env: { ...process.env, npm_config_once: 'true', npm_config_requests: 'true' },
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(status, 2, stderr);
  assert.match(stderr, /npm took --once, --requests for itself.*: npm start -- --once --requests/);
});
