import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { measure } from '../../../tools/bench/main.ts';
import { BENCHMARKS, namesFor } from '../../../tools/cli/commands/bench.ts';
import { runCli } from '../cli/run-cli.ts';

const ROWS = join(import.meta.dirname, '../../../tools/bench/rows');

test('every benchmark has a file, and every file a benchmark', async () => {
  const files = (await readdir(ROWS)).map((file) => file.replace(/\.ts$/, ''));
  assert.deepEqual(files.toSorted(), Object.keys(BENCHMARKS).toSorted());
});

test('--quick runs fewer than a run without names, and neither what runs only by name', () => {
  const quick = namesFor(true);
  const full = namesFor(false);
  assert.ok(quick.length > 0 && quick.every((name) => full.includes(name)));
  assert.ok(quick.every((name) => BENCHMARKS[name].when === 'quick'));
  assert.ok(!full.includes('statistics'));
});

test('an unknown name is bad usage', async () => {
  const { code, stderr } = await runCli(['bench', 'nope']);
  assert.equal(code, 2);
  assert.match(stderr, /"?nope.* search, /);
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
  const measured = (content: string) =>
    writeFile(file, content).then(() => measure('search', { quick: true, file }));
  await assert.rejects(measured(''), /search ended without figures/);
  assert.deepEqual(await measured('process.send([1, 2])'), [1, 2]);
  assert.equal(await measured('process.send([1, 2], () => process.exit(3))'), undefined);
});

test('the JSON has a line for each comparison, with its ratio, goal and rounds', async () => {
  const { code, stdout, stderr } = await runCli(['bench', 'search', '--quick', '--json']);
  assert.equal(code, 0, stderr);
  const { rows, machine, seed } = JSON.parse(stdout);
  assert.deepEqual(Object.keys(machine), ['date', 'node', 'cpus', 'cpu', 'load']);
  assert.equal(seed, 1);
  assert.equal(rows.length, 6);
  for (const row of rows) {
    assert.equal(row.name, 'search');
    assert.ok(row.ours > 0 && row.other > 0 && row.rounds >= 1);
    assert.ok(row.ratio.low <= row.ratio.median && row.ratio.median <= row.ratio.high);
    assert.match(row.goal, /^[≥≤] \d+ ×$/);
    assert.equal(typeof row.met, 'boolean');
  }
});
