import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { quickIf } from '../form.ts';
import { faultRow } from '../harness.ts';
import { addRequests, postRun } from '../load.ts';
import type { Process } from '../process.ts';
import { countDescriptors } from '../vitals.ts';

/** Linux only: elsewhere a process that runs cannot be limited from outside. */
const HAS_PRLIMIT = spawnSync('prlimit', ['--version']).status === 0;

const limitDescriptors = ({ pid }: Process, most: number) => {
  const { status, stderr } = spawnSync('prlimit', [`--pid=${pid}`, `--nofile=${most}:`]);
  assert.equal(status, 0, `${stderr}`);
};

for (const { name, spare, documented } of HAS_PRLIMIT
  ? ([
      // It cannot accept a connection of loadgen's.
      { name: 'client', spare: 4, documented: ['reset', 'connect', 'http_503'] },
      // It cannot connect to Storage.
      { name: 'server', spare: 0, documented: ['http_503'] },
    ] as const)
  : []) {
  faultRow({
    name: `${name} has no descriptor left, refuses, and answers again when it has some`,
    form: quickIf(name === 'client'),
    system: { settings: { worksCache: 'per-request' } },
    load: async (system) => {
      const program = system.programs[name];
      const open = countDescriptors(program.pid);
      assert.ok(open !== undefined, `${name} has ended`);
      limitDescriptors(program, open + spare);
      const during = await postRun(system, { requests: 50, intervalMs: 0 });
      limitDescriptors(program, 1_024);
      const after = await postRun(system, { requests: 20, intervalMs: 50 });
      assert.ok(during.ok < 50, 'the limit met no request');
      assert.equal(after.ok, 20);
      return addRequests(during, after);
    },
    expect: { documented, broken: 'any' },
  });
}
