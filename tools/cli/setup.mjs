// Installs what the lock file names, once: tools/cli/bin.mjs calls it, and the test scripts run it
// first (see "pre…" in package.json). Plain JavaScript without dependencies, because it must run on
// the machine's own Node (20 or later) before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(import.meta.url);
const root = join(dirname(file), '../..');
const projectNode = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);
const stamp = join(root, 'node_modules', '.shakesapp-setup');
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
const wanted = createHash('sha256').update(lock).digest('hex');

const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

/** Returns at once where everything is there; ends the process where it cannot be installed. */
export async function setUp() {
  if (isInstalled()) return;
  const started = Date.now();
  const required = requiredPackages(lock);
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  say('Installing dependencies from package-lock.json (once) ...');
  const telling = setInterval(
    () => show(`Installing dependencies: ${countInstalled(required)} packages, ${seconds()}`),
    process.stderr.isTTY ? 500 : 10_000,
  );
  const npm = spawnNpmCi();
  const [code] = await once(npm, 'exit').catch((error) => {
    say(error.message);
    return [1];
  });
  clearInterval(telling);
  if (code !== 0) {
    say(`npm ci failed (exit ${code ?? 'by a signal'}).`);
    process.exit(code || 1);
  }
  const problem = problemOfNode(spawnSync(projectNode, ['--version'], { encoding: 'utf8' }));
  if (problem !== undefined) {
    say(problem);
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
  say(`Installed in ${seconds()}.`);
}

/** Why the Node that was installed does not start, and how to fix it; undefined where it starts. */
export function problemOfNode({ status, stderr, error }) {
  if (status === 0) return undefined;
  const reason = error?.message ?? stderr.trim();
  // A small Debian, Ubuntu or Fedora comes without it, and Node 25 and newer link to it.
  const fix = reason.includes('libatomic.so.1')
    ? 'Install the library, then run the command again: apt-get install libatomic1 (Debian, Ubuntu), ' +
      'dnf install libatomic (Fedora).'
    : 'Remove node_modules, then run the command again.';
  return `The Node.js in node_modules does not start: ${reason}\n${fix}`;
}

function spawnNpmCi() {
  const { NODE_ENV: _, ...env } = process.env;
  return spawn(
    'npm',
    [
      'ci',
      '--include=dev',
      // The install runs on the machine's Node, the programs on the Node that it installs, so npm's
      // engine warnings would be about the wrong one.
      '--engine-strict=false',
      '--loglevel=error',
      // the package `node` puts its binary in place by a script; allowScripts lets no other run
      '--ignore-scripts=false',
      '--no-progress',
    ],
    { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' },
  );
}

/**
 * `214 of 421`. Optional packages are not counted: most of them are for other systems, and npm leaves
 * them out, so a count of all would never reach its end.
 */
function countInstalled(required) {
  const there = required.filter((path) => existsSync(join(root, path, 'package.json')));
  return `${there.length} of ${required.length}`;
}

/** The folders of the packages that an install has on every system, from the text of a lock file. */
export function requiredPackages(lockFile) {
  return Object.entries(JSON.parse(lockFile).packages)
    .filter(([path, { optional }]) => path !== '' && optional !== true)
    .map(([path]) => path);
}

/** A line that the next one writes over, on a terminal. */
function show(text) {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
}

function say(text) {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}\n` : `${text}\n`);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === file) {
  if (process.argv.includes('--check')) {
    // The scripts ask this where their "pre…" script may have been skipped.
    if (!isInstalled()) {
      say(
        'Nothing is installed yet: npm is told to ignore scripts. Run once: node tools/cli/setup.mjs',
      );
      process.exit(1);
    }
  } else {
    await setUp();
  }
}
