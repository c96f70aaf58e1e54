import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { row } from '../../../../tools/bench/rows/install.ts';
import type { RunCommand } from '../../../../tools/bench/run-command.ts';
import { runRow } from './run-row.ts';

/** Stands in for npm: a folder for each package, but for those left out. */
function createNpm({ code = 0, leftOut = '' } = {}) {
  const ran: (readonly string[])[] = [];
  const runCommand: RunCommand = async (command, args, { cwd }) => {
    ran.push([command, ...args]);
    assert.ok((await readdir(cwd)).includes('package-lock.json'));
    const { dependencies, devDependencies } = JSON.parse(
      await readFile(join(cwd, 'package.json'), 'utf8'),
    );
    const names = Object.keys({
      ...dependencies,
      ...(!args.includes('--omit=dev') && devDependencies),
    });
    for (const name of names.filter((each) => each !== leftOut)) {
      await mkdir(join(cwd, 'node_modules', name), { recursive: true });
      await writeFile(join(cwd, 'node_modules', name, 'package.json'), '{}'.padEnd(1_000));
    }
    return { code, stdout: '', stderr: 'no network', wallMs: 12_000 };
  };
  return { ran, runCommand };
}

test('install states seconds, packages and size of both ways, from the lock file alone', async () => {
  const npm = createNpm();
  const lines = await runRow('install', row, npm);
  assert.deepEqual(
    npm.ran.slice(0, 2).map((args) => [args.slice(0, 2).join(' '), args.includes('--omit=dev')]),
    [
      ['npm ci', false],
      ['npm ci', true],
    ],
  );
  const [seconds, packages, megabytes, , ofProduction] = lines;
  assert.deepEqual([seconds?.ours, seconds?.unit, seconds?.goal], [12, 's', null]);
  assert.ok((packages?.ours ?? 0) > (ofProduction?.ours ?? 0));
  assert.equal(megabytes?.ours, (packages?.ours ?? 0) / 1_000);
});

test('install fails where npm fails, and where a package is missing afterwards', async () => {
  await assert.rejects(
    runRow('install', row, createNpm({ code: 1 })),
    /npm ended with 1: no network/,
  );
  const short = createNpm({ leftOut: 'typescript' });
  await assert.rejects(runRow('install', row, short), /all answered wrong: typescript was not/);
});
