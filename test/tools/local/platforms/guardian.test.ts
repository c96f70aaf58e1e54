import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
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
    for (const pid of pids) process.kill(pid, 0);
    owner.kill('SIGKILL');
    await Promise.all(pids.map(isGone));
  });
});
