import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBenchSystem } from '../../../../tools/bench/system/bench-system.ts';
import { checkBurst, runPair } from '../../../../tools/bench/system/run-pair.ts';

test('the bare programs do what they are compared with: answer the count, read every byte', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'one.txt'), 'a line\n');
  await writeFile(join(folder, 'two.txt'), 'another line\n');
  const system = await startBenchSystem({ works: { folder, queries: { line: 2 } } });
  t.after(system.close);
  const burst = { requests: 5, connections: 1, spans: 0 };
  for (const http of ['node:http', 'Fastify'] as const) {
    const right = await runPair(system, await system.startBarePair(2, http), burst, 1);
    assert.equal(checkBurst(right.answer), undefined);
    const wrong = await runPair(system, await system.startBarePair(3, http), burst, 1);
    assert.match(checkBurst(wrong.answer) ?? '', /"match_count":3} to line, where 2 is right/);
  }
  for (const by of ['node:http', 'library'] as const) {
    assert.deepEqual(await system.startDownloads(by).ask('run', 3), { bytes: 20, wrong: null });
  }
});
