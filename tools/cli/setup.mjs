// Installs what the lock file names, once: every npm script runs this first (see "pre…" in
// package.json). Plain JavaScript without dependencies, because it must run on the machine's own
// Node (20 or later) before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const stamp = join(root, 'node_modules', '.shakesapp-setup');
const lock = readFileSync(join(root, 'package-lock.json'));
const wanted = createHash('sha256').update(lock).digest('hex');
const isInstalled = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

if (process.argv.includes('--check')) {
  // The scripts ask this where their "pre…" script may have been skipped.
  if (isInstalled) process.exit(0);
  process.stderr.write(
    'Nothing is installed yet: npm is told to ignore scripts. Run once: node tools/cli/setup.mjs\n',
  );
  process.exit(1);
}

if (!isInstalled) {
  process.stderr.write('Installing dependencies from package-lock.json (once) ...\n');
  const started = Date.now();
  const { NODE_ENV: _, ...env } = process.env;
  // engine-strict off and log level error: the install runs on the machine's Node, the programs on
  // the Node 24 that it installs, so npm's engine warnings would be about the wrong one.
  const result = spawnSync(
    'npm',
    [
      'ci',
      '--include=dev',
      '--engine-strict=false',
      // the package `node` puts its binary in place by a script; allowScripts lets no other run
      '--ignore-scripts=false',
      '--loglevel=error',
      '--no-progress',
    ],
    { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' },
  );
  if (result.status !== 0) {
    process.stderr.write(`npm ci failed (${result.error?.message ?? `exit ${result.status}`}).\n`);
    process.exit(result.status || 1);
  }
  writeFileSync(stamp, wanted);
  process.stderr.write(`Installed in ${((Date.now() - started) / 1000).toFixed(0)} s.\n`);
}
