import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { measure } from '../../../tools/bench/measure.ts';
import { isAlive } from '../../../tools/cli/is-alive.ts';

async function createProgram(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'benchmark.mjs');
  const stop = new AbortController();
  const options = { quick: true, seed: 1, signal: stop.signal, file };
  return {
    folder,
    stop,
    measured: async (content: string) => {
      await writeFile(file, content);
      return measure('search', options);
    },
  };
}

test('a row that measures nothing, or ends with an error, has no figures', async (t) => {
  const { measured } = await createProgram(t);
  await assert.rejects(measured(''), /search ended without figures/);
  assert.deepEqual(await measured('process.send([1, 2])'), [1, 2]);
  assert.equal(await measured('process.send([1, 2], () => process.exit(3))'), undefined);
});

test('a row gets its name, its form and its seed', async (t) => {
  const { measured } = await createProgram(t);
  assert.deepEqual(await measured('process.send(process.argv.slice(2))'), ['search', 'quick', '1']);
});

/** Starts a process that would run for ever, leaves a file behind, and then waits itself. */
const WAITING = (file: string) => `
  import { spawn } from 'node:child_process';
  import { renameSync, writeFileSync } from 'node:fs';
  import { tmpdir } from 'node:os';
  const { pid } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  writeFileSync(tmpdir() + '/left.txt', 'left');
  writeFileSync('${file}.new', JSON.stringify({ pid, tmpdir: tmpdir() }));
  renameSync('${file}.new', '${file}');
  process.on('SIGTERM', () => process.exit(1));
  setInterval(() => {}, 1e6);`;

test('an interruption ends the row, every process that it started, and its temporary files', async (t) => {
  const { folder, measured, stop } = await createProgram(t);
  const file = join(folder, 'started.json');
  const measuring = measured(WAITING(file));
  while (!existsSync(file)) await sleep(20);
  const started = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(isAlive(started.pid) && existsSync(join(started.tmpdir, 'left.txt')));
  stop.abort();
  assert.equal(await measuring, undefined);
  while (isAlive(started.pid)) await sleep(20);
  assert.ok(!existsSync(started.tmpdir));
});

test('a row that ends leaves no process and no temporary file', async (t) => {
  const { folder, measured } = await createProgram(t);
  const file = join(folder, 'started.json');
  await measured(`${WAITING(file)}; process.send([], () => process.exit());`);
  const started = JSON.parse(await readFile(file, 'utf8'));
  while (isAlive(started.pid)) await sleep(20);
  assert.ok(!existsSync(started.tmpdir));
});
