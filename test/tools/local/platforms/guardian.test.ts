import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { isAlive } from '../../../../tools/cli/is-alive.ts';
import { startGuardian } from '../../../../tools/local/platforms/guardian.ts';
import { isGone } from './programs.ts';

const module = (name: string) =>
  new URL(`../../../../tools/local/platforms/${name}.ts`, import.meta.url).href;

/** A process with a guardian and two programs, one of them stopped; tells their ids. */
const OWNER = `
import { startGuardian } from '${module('guardian')}';
import { startProgram } from '${module('program')}';
const guardian = startGuardian();
const start = () => startProgram({ args: ['--eval', 'setInterval(() => {}, 1e6)'], cwd: '.', env: {}, guardian, onLine() {} });
const [running, stopped] = [start(), start()];
stopped.freeze();
console.log(JSON.stringify([running.pid, stopped.pid]));
`;

const onlyLinux = process.platform === 'linux' ? {} : { todo: 'reads /proc' };

describe('startGuardian', () => {
  it('ends the programs, the stopped ones too, when their owner is killed outright', async (t) => {
    const owner = spawn(process.execPath, ['--input-type=module', '--eval', OWNER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => owner.kill('SIGKILL'));
    const [line] = await once(createInterface({ input: owner.stdout }), 'line');
    const pids = JSON.parse(String(line)) as number[];
    assert.equal(pids.length, 2);
    t.after(() => {
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // gone, as it should be
        }
      }
    });
    assert.ok(pids.every(isAlive));
    owner.kill('SIGKILL');
    await Promise.all(pids.map(isGone));
  });

  it('ends what it was told of and not untold, and nothing else', async (t) => {
    const guardian = startGuardian();
    const [watched, forgotten] = [startGroup(t), startGroup(t)];
    guardian.watch(watched);
    guardian.watch(forgotten);
    guardian.forget(forgotten);
    await guardian.close();
    await isGone(watched);
    // its id may be another's by now
    assert.ok(isAlive(forgotten));
  });

  it('outlives the signals that a terminal sends to all in front of it', onlyLinux, async (t) => {
    const before = new Set(childrenOf(process.pid));
    const guardian = startGuardian();
    const [shell, ...others] = childrenOf(process.pid).filter((pid) => !before.has(pid));
    assert.ok(shell !== undefined && others.length === 0);
    assert.equal(groupOf(shell), shell, 'its own group');
    const watched = startGroup(t);
    guardian.watch(watched);
    await untilTrapped(shell);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(shell, signal);
    await guardian.close();
    await isGone(watched);
  });

  it('may be gone itself: its owner goes on', onlyLinux, async () => {
    const before = new Set(childrenOf(process.pid));
    const guardian = startGuardian();
    const [shell] = childrenOf(process.pid).filter((pid) => !before.has(pid));
    assert.ok(shell !== undefined);
    process.kill(shell, 'SIGKILL');
    await isGone(shell);
    guardian.watch(1_000_000_000);
    guardian.forget(1_000_000_000);
    await guardian.close();
  });
});

/** A process in its own group, as the programs are. */
function startGroup(t: TestContext): number {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)'], {
    detached: true,
    stdio: 'ignore',
  });
  t.after(() => child.kill('SIGKILL'));
  return child.pid ?? assert.fail('no process');
}

/** Of /proc/PID/stat, from the process's state on: state, parent, group. */
const statOf = (pid: number) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
const groupOf = (pid: number) => Number(statOf(pid)[2]);

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(statOf(pid)[1]) === parent;
      } catch {
        return false;
      }
    });
}

/** The shell has read its first line: it ignores the three signals from then on. */
async function untilTrapped(pid: number): Promise<void> {
  const untilMs = Date.now() + 120_000;
  const ignored = (1n << 0n) | (1n << 1n) | (1n << 14n);
  for (;;) {
    const mask = /^SigIgn:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if ((BigInt(`0x${mask}`) & ignored) === ignored) return;
    if (Date.now() > untilMs) throw new Error(`${pid} ignores no signals`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
