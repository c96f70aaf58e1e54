import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { measure } from '../../../tools/bench/main.ts';
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

test('a benchmark named behind --json is refused, with where to put it', async () => {
  const { code, stderr } = await runCli(['bench', '--json', 'statistics']);
  assert.equal(code, 2);
  assert.match(stderr, /--json takes "statistics" .* file; .*\(bench statistics --json\)/);
  assert.match(stderr, /--json=\.\/statistics for a file of that name/);
});

test('a benchmark that measures nothing is a failure', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'benchmark.mjs');
  await writeFile(file, '');
  await assert.rejects(measure(file, false), /benchmark\.mjs ended without figures/);
  await writeFile(file, 'process.send([1, 2])');
  assert.deepEqual(await measure(file, false), [1, 2]);
  await writeFile(file, 'process.send([1, 2], () => process.exit(3))');
  assert.equal(await measure(file, false), undefined);
});
