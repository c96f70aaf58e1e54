import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { BENCHMARKS } from '../../../tools/cli/commands/bench.ts';
import { runCli } from '../cli/run-cli.ts';

const FOLDER = join(import.meta.dirname, '../../../tools/bench');

test('every benchmark has a file', async () => {
  const files = new Set(await readdir(FOLDER));
  assert.deepEqual(
    Object.keys(BENCHMARKS).filter((name) => !files.has(`${name}.ts`)),
    [],
  );
});

test('an unknown name is bad usage', async () => {
  const { code, stderr } = await runCli(['bench', 'nope']);
  assert.equal(code, 2);
  assert.match(stderr, /"?nope.* compare, statistics/);
});
