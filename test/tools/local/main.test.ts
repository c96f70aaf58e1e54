import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT } from '../../rules/sources.ts';
import { runToEnd } from '../../run-to-end.ts';
import { runCli } from '../cli/run-cli.ts';

/** Sends the process SIGINT as soon as it listens to that: before anything is read. */
const INTERRUPTED = `data:text/javascript,${encodeURIComponent(`
process.on('newListener', (name) => {
  if (name === 'SIGINT') setImmediate(() => process.kill(process.pid, name));
});`)}`;

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

test('Ctrl-C while the files of --beside are read speaks of no program, ends the run, and says so', async () => {
  const saved = 'test/fixtures/traces/otlp-of-javascript-sdk.json';
  const up = ['--import', INTERRUPTED, 'tools/cli/main.ts', 'up', '--beside', saved];
  const { code, stdout, stderr } = await runToEnd(process.execPath, up, { cwd: ROOT });
  assert.match(stderr, /^\nSIGINT: stopping\.\nEverything has stopped, after [^\n]*\.\n$/);
  assert.deepEqual([code, stdout], [0, '']);
});
