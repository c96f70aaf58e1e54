import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkCompared, compareFile } from '../../../tools/bench/compare-file.ts';
import { runProcess } from '../../../tools/bench/run-process.ts';
import { writeSpanFile } from '../../../tools/bench/span-files.ts';

const PARSE = join(import.meta.dirname, '../../../tools/bench/parse-json.mjs');

test('60,000 spans are compared in a heap that could not hold them all', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = await writeSpanFile(join(folder, 'traces.ndjson'), 'lines', 60_000);
  assert.ok(file.spans >= 60_000);
  const { usage } = await compareFile(file, folder, 64);
  assert.ok(usage.cpuMs > 0 && usage.peakMb > 0);
});

test('both forms of a file hold the same spans, for the commands and for JSON.parse', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const form of ['lines', 'document'] as const) {
    const file = await writeSpanFile(join(folder, form), form, 1_000);
    const { stdout } = await runProcess([PARSE, file.file, form]);
    assert.equal(Number(stdout), file.spans, form);
    await compareFile(file, folder);
  }
});

test('a comparison without its complete result is not measured', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const complete = {
    stdout: 'GKE is faster',
    json: join(folder, 'out.json'),
    html: join(folder, 'out.html'),
    traces: 5,
  };
  await assert.rejects(checkCompared(complete), /ENOENT.*out\.json/);
  await writeFile(complete.json, '{"cohorts":{"a":{"traces":3},"b":{"traces":2}}}');
  await assert.rejects(checkCompared(complete), /ENOENT.*out\.html/);
  await writeFile(complete.html, '<html>\n');
  await assert.rejects(checkCompared(complete), /no complete page/);
  await writeFile(complete.html, '<html></html>\n');
  await checkCompared(complete);
  await assert.rejects(checkCompared({ ...complete, stdout: '\n' }), /no table/);
  await assert.rejects(checkCompared({ ...complete, traces: 6 }), /5 traces of 6 were compared/);
});

test('a process that dies has no figures', async () => {
  await assert.rejects(runProcess(['-e', 'process.exit(3)']), /Command failed/);
});

test('the figures of a process include those of the Node that it starts', async () => {
  const busy = (ms: number) =>
    `while (process.cpuUsage().user < ${ms * 1_000}); Buffer.alloc(60e6, 1)`;
  const starting = `${busy(100)};
    require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(busy(300))}], { stdio: 'inherit' })`;
  const { usage } = await runProcess(['-e', starting]);
  assert.ok(usage.cpuMs >= 400, `${usage.cpuMs} ms`);
  assert.ok(usage.peakMb >= 200, `${usage.peakMb} MB`);
  assert.ok(usage.wallMs > 0);
});
