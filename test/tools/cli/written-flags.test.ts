import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { upCommand } from '../../../tools/cli/commands/up.ts';
import { writeFlags } from '../../../tools/cli/written-flags.ts';
import { flagsOf } from './flags-of.ts';

const given = (...argv: readonly string[]) => writeFlags(upCommand(), flagsOf('up', ...argv));

test('flags are written as they are read, in the order of the help', () => {
  const argv = ['--once', '--requests', '3', '--no-rewrite', '--delay', 'gke/server=1', '--json'];
  assert.deepEqual(given(...argv), argv);
  assert.deepEqual(given('--json=a', '--delay', 'gke/client=1', '--delay', 'gke/server=2'), [
    ...['--delay', 'gke/client=1', '--delay', 'gke/server=2', '--json=a'],
  ]);
});

test('a flag with its default is left out', () => {
  assert.deepEqual(given('--requests', '10', '--billing', 'instance'), []);
});

test('a shell reads a value back as it was', () => {
  const value = `server=sh -c 'echo "$HOME" \\ * ;' && true`;
  const [, written] = given('--replace', value);
  assert.equal(execFileSync('sh', ['-c', `printf %s ${written}`], { encoding: 'utf8' }), value);
});
