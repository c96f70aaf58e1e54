import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BENCHMARKS, namesFor } from '../../../tools/cli/commands/bench.ts';
import { createCommandLine } from '../../../tools/cli/read-command-line.ts';
import { runCli } from '../cli/run-cli.ts';

const ROWS = join(import.meta.dirname, '../../../tools/bench/rows');
const CLI = join(import.meta.dirname, '../../../tools/cli/main.ts');

test('every benchmark has a file, and every file a benchmark', async () => {
  const files = (await readdir(ROWS)).map((file) => file.replace(/\.ts$/, ''));
  assert.deepEqual(files.toSorted(), Object.keys(BENCHMARKS).toSorted());
});

test('--quick runs fewer than a run without names, and neither what runs only by name', () => {
  const quick = namesFor(true);
  const full = namesFor(false);
  assert.ok(quick.length > 0 && quick.every((name) => full.includes(name)));
  assert.deepEqual(
    full.filter((name) => !quick.includes(name)),
    ['install'],
  );
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

test('Ctrl-C ends the benchmark with its processes, and leaves no file', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const bench = spawn(process.execPath, [CLI, 'bench', 'path'], {
    env: { ...env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => bench.kill('SIGKILL'));
  let stderr = '';
  bench.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(bench, 'close');
  // the works of the row, so its processes start
  const isMeasuring = async () =>
    (await readdir(folder, { recursive: true })).some((name) => name.includes('shakesapp-cloud-'));
  while (!(await isMeasuring())) await sleep(20);
  bench.kill('SIGINT');
  const [code] = await closed;
  assert.equal(code, 1);
  assert.match(stderr, /^bench: interrupted$/m);
  assert.deepEqual(await readdir(folder), []);
});

test('--json takes its file after = and as the next word', () => {
  const jsonOf = (...words: string[]) => {
    const invocation = createCommandLine('1.0.0').read(['bench', ...words], {});
    assert.ok(invocation.command === 'bench');
    return [invocation.flags.names, invocation.flags.json];
  };
  assert.deepEqual(jsonOf('path', 'flush', '--json', 'out.json'), [['path', 'flush'], 'out.json']);
  assert.deepEqual(jsonOf('path', '--quick', '--json=out.json'), [['path'], 'out.json']);
  assert.deepEqual(jsonOf('--json', 'out.json', 'path'), [['path'], 'out.json']);
  assert.deepEqual(jsonOf('path', '--json'), [['path'], true]);
});

test('the JSON has a line for each comparison, with its ratio, goal and rounds', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'out.json');
  const { code, stdout, stderr } = await runCli(['bench', 'search', '--quick', '--json', file]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^name .*\nsearch /);
  const { rows, machine, seed } = JSON.parse(await readFile(file, 'utf8'));
  assert.deepEqual(Object.keys(machine), ['date', 'node', 'cpus', 'cpu', 'load']);
  assert.equal(seed, 1);
  assert.equal(rows.length, 6);
  for (const row of rows) {
    assert.deepEqual(Object.keys(row), [
      ...['name', 'variant', 'ours', 'other', 'unit', 'ratio', 'goal', 'met', 'peakMemoryMb'],
      ...['rounds', 'othersCpu'],
    ]);
    assert.equal(row.name, 'search');
    assert.ok(row.ours > 0 && row.other > 0 && row.rounds >= 1);
    assert.ok(row.ratio.low <= row.ratio.median && row.ratio.median <= row.ratio.high);
    assert.match(row.goal, /^[≥≤] \d+ ×$/);
    assert.equal(typeof row.met, 'boolean');
  }
});
