import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  benchCompare,
  checkCompared,
  renderScale,
  summariseScale,
} from '../../../tools/bench/compare.ts';

test('60,000 spans are compared in a heap that could not hold them all', async () => {
  const { spans, fileMb } = await benchCompare(60_000, 64);
  assert.ok(spans >= 60_000 && fileMb >= 35);
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

test('figures are medians with their range', () => {
  const outcomes = [3_000, 1_000, 2_000].map((wallMs) => ({
    spans: 100_012,
    fileMb: 63,
    wallMs,
    cpuMs: wallMs / 2,
    peakMb: wallMs / 10,
  }));
  assert.equal(
    renderScale(summariseScale(outcomes)),
    ' 100012 spans in 63 MB: 2.0 s (1.0-3.0), CPU 1.0 s (0.5-1.5), peak 200 MB (100-300); ' +
      'median of 3 (range)',
  );
});
