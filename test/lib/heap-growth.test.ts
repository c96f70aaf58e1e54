import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import v8 from 'node:v8';
import { allowHeapGrowth } from '../../lib/heap-growth.ts';
import { ROOT } from '../rules/sources.ts';
import { runToEnd } from '../run-to-end.ts';

/** Keeps 30 MB, as a program does, makes 1.5 GB of what lives for a while, and prints how often V8 collected all. */
const PROGRAM = `
  import { PerformanceObserver, constants } from 'node:perf_hooks';
  import { setImmediate } from 'node:timers/promises';
  import { allowHeapGrowth } from './lib/heap-growth.ts';

  if (process.argv[1] === 'allowed') allowHeapGrowth(0);
  let complete = 0;
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) complete += 1;
    }
  }).observe({ entryTypes: ['gc'] });
  const kilobyte = () => new Array(125).fill(0.5);
  const kept = Array.from({ length: 30_000 }, kilobyte);
  const waiting = new Array(30_000);
  for (let made = 0; made < 1_500_000; made += 1) {
    waiting[made % waiting.length] = kilobyte();
    if (made % 5_000 === 0) await setImmediate();
  }
  await setImmediate();
  process.stdout.write(String(kept.length && complete));
`;

async function completeCollections(how: 'allowed' | 'as it is'): Promise<number> {
  // V8's own growth is 30 % or more there, by how fast the machine is.
  const heap = ['--max-old-space-size=256', '--heap-growing-percent=30'];
  const options = [...heap, '--input-type=module', '--eval', PROGRAM];
  const { code, stdout, stderr } = await runToEnd(process.execPath, [...options, how], {
    cwd: ROOT,
  });
  assert.equal(code, 0, stderr);
  return Number(stdout);
}

test('a heap that may grow is collected as a whole less often', async () => {
  const before = await completeCollections('as it is');
  const after = await completeCollections('allowed');
  assert.ok(before >= 20, `${before} complete collections`);
  assert.ok(after < 0.85 * before, `${after} in place of ${before} complete collections`);
});

test('a heap that V8 lets grow by more is left to it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const flags = t.mock.method(v8, 'setFlagsFromString', () => {});
  const limits = t.mock.method(v8, 'getHeapStatistics', () => ({ heap_size_limit: 2 ** 31 }));
  allowHeapGrowth(0);
  t.mock.timers.runAll();
  assert.equal(flags.mock.callCount(), 0);
  limits.mock.mockImplementation(() => ({ heap_size_limit: 304 * 2 ** 20 }));
  allowHeapGrowth(0);
  t.mock.timers.runAll();
  assert.deepEqual(flags.mock.calls[0]?.arguments, ['--heap-growing-percent=60']);
});

for (const entry of ['functions/loadgen', 'services/client', 'services/server']) {
  test(`${entry} lets its heap grow`, () => {
    assert.match(readFileSync(join(ROOT, entry, 'main.ts'), 'utf8'), /^allowHeapGrowth\(\);$/m);
  });
}
