import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../cli/run-cli.ts';

test('npm start --once, without the -- before it, is refused instead of running for ever', async () => {
  const npm = {
    npm_command: 'run-script',
    npm_lifecycle_event: 'start',
    npm_config_once: 'true',
    npm_config_requests: 'true',
  };
  const env = { ...process.env, ...npm };
  const { code, stderr } = await runCli(['up', '60'], { env });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /npm took --once, --requests for itself.*: npm start -- --once --requests/);
});
