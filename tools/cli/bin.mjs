#!/usr/bin/env node
// The entry of every command. Plain JavaScript, because it starts on the machine's own Node (20 or
// later), which may not strip types: it installs what is missing and continues on the project's Node.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(import.meta.url);
const root = join(dirname(file), '../..');
const node = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

if (isProjectNode()) {
  // Keeps the stripped sources, so that the next start need not strip them again.
  module.enableCompileCache(join(root, 'node_modules/.cache/shakesapp'));
  module.registerHooks({ resolve: resolveOwnSource });
  // The process that waits for this one was killed (see passOn), so nobody else can stop it.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  await import('./main.ts');
} else {
  // Only here: what the project's Node loads, every command waits for.
  const { setUp } = await import('./setup.mjs');
  await setUp();
  if (!existsSync(node)) {
    process.stderr.write(`There is no ${node}: npm did not run the install script of node.\n`);
    process.exit(1);
  }
  passOn();
}

function isProjectNode() {
  return existsSync(node) && realpathSync(node) === realpathSync(process.execPath);
}

/**
 * A relative import of a .ts file can only be that file, so there is nothing to look for. Node would ask
 * the file system for it, for its real path and for the package.json of each folder above: of 160 modules
 * that takes a sixth of a command's start. A file that is missing is then named without its importer.
 *
 * @type {import('node:module').ResolveHookSync}
 */
function resolveOwnSource(specifier, context, next) {
  const { parentURL } = context;
  if (!/^\..*\.ts$/.test(specifier) || !parentURL?.startsWith('file:')) {
    return next(specifier, context);
  }
  const { href } = new URL(specifier, parentURL);
  return { url: href, format: 'module-typescript', shortCircuit: true };
}

/**
 * Runs the same command on the project's Node, in its own process group: a terminal sends
 * Ctrl-C to all of a group, and npm sends it again, but the program must get it once.
 */
function passOn() {
  const program = spawn(node, [file, ...process.argv.slice(2)], {
    // the channel ends with this process: a kill -9 of this one must not leave the program behind
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  });
  const lastMs = new Map();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const nowMs = performance.now();
      if (nowMs - (lastMs.get(signal) ?? -Infinity) > 1_000) program.kill(signal);
      lastMs.set(signal, nowMs);
    });
  }
  program.once('error', (error) => {
    process.stderr.write(`${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  program.once('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    // Ended by a signal, as the program was: the shell sees the same.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
