import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, link, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../../tools/cli/is-alive.ts';
import { ROOT } from '../../rules/sources.ts';

/**
 * A project with its own Node and a program in place of the commands, so that this Node is not the
 * project's. In the checkout, because a hard link must stay on one file system.
 */
async function createProject(t: TestContext, program: string): Promise<string> {
  const folder = join(ROOT, '.local');
  await mkdir(folder, { recursive: true });
  const root = await mkdtemp(join(folder, 'bin-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const lock = '{"packages":{}}';
  await mkdir(join(root, 'tools/cli'), { recursive: true });
  await mkdir(join(root, 'node_modules/node/bin'), { recursive: true });
  await link(await realpath(process.execPath), join(root, 'node_modules/node/bin/node'));
  for (const file of ['bin.mjs', 'setup.mjs']) {
    await copyFile(join(ROOT, 'tools/cli', file), join(root, 'tools/cli', file));
  }
  await writeFile(join(root, 'package-lock.json'), lock);
  const stamp = createHash('sha256').update(lock).digest('hex');
  await writeFile(join(root, 'node_modules/.shakesapp-setup'), stamp);
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await writeFile(join(root, 'tools/cli/main.ts'), program);
  return join(root, 'tools/cli/bin.mjs');
}

function start(t: TestContext, bin: string, args: readonly string[] = []) {
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // its own group, as a shell gives each command
    detached: true,
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

const firstLine = async ({ stdout }: ChildProcess): Promise<string> => {
  assert.ok(stdout);
  for await (const chunk of stdout.iterator({ destroyOnReturn: false }))
    return String(chunk).trim();
  return assert.fail('the program ended without a word');
};

describe("on a Node that is not the project's", () => {
  it('passes arguments and exit code on', async (t) => {
    const program = 'console.log(process.argv.slice(2).join()); process.exitCode = 7;';
    const child = start(t, await createProject(t, program), ['compare', '--local']);
    const exited = once(child, 'exit');
    assert.equal(await text(child.stdout), 'compare,--local\n');
    assert.deepEqual(await exited, [7, null]);
  });

  it('ends by the signal that ended the program', async (t) => {
    const program = "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);";
    const child = start(t, await createProject(t, program));
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
  });

  it('a Ctrl-C that the terminal and npm both send reaches the program once', async (t) => {
    const program = `
      let interrupts = 0;
      process.on('SIGINT', () => { interrupts += 1; console.log('interrupted'); });
      process.on('SIGTERM', () => process.exit(interrupts));
      setInterval(() => {}, 1000);
      console.log('ready');`;
    const child = start(t, await createProject(t, program));
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, 'ready');
    process.kill(-Number(child.pid), 'SIGINT');
    process.kill(Number(child.pid), 'SIGINT');
    // Signals that are pending together arrive in no order of theirs: this one waits for the other.
    assert.equal((await lines.next()).value, 'interrupted');
    process.kill(Number(child.pid), 'SIGTERM');
    assert.deepEqual(await exited, [1, null]);
  });

  it('does not leave the program behind where it is killed itself', async (t) => {
    const program = 'setInterval(() => {}, 1000); console.log(process.pid);';
    const child = start(t, await createProject(t, program));
    const pid = Number(await firstLine(child));
    child.kill('SIGKILL');
    while (isAlive(pid)) await sleep(20);
  });
});
