import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../rules/sources.ts';

// Plain JavaScript, because it runs before anything is installed: it has no types.
const setup = new URL('../../../tools/cli/setup.mjs', import.meta.url).href;
const { problemOfNode, requiredPackages } = await import(setup);

test('a Node that starts is no problem', () => {
  const started = spawnSync(process.execPath, ['--version'], { encoding: 'utf8' });
  assert.equal(problemOfNode(started), undefined);
});

test('a Node without its library says how to install it', () => {
  const stderr =
    'node: error while loading shared libraries: libatomic.so.1: cannot open shared object file';
  const problem = problemOfNode({ status: 127, stderr });
  assert.match(problem, /libatomic\.so\.1/);
  assert.match(problem, /apt-get install libatomic1/);
});

test('a Node that is not there says what to do', () => {
  const started = spawnSync('/nowhere/node', ['--version'], { encoding: 'utf8' });
  assert.match(problemOfNode(started), /ENOENT[\s\S]*Remove node_modules/);
});

test('the progress of the install counts only packages that are there at its end', () => {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const required: string[] = requiredPackages(lock);
  assert.ok(required.length > 300);
  assert.deepEqual(
    required.filter((path) => !existsSync(join(ROOT, path, 'package.json'))),
    [],
  );
});
