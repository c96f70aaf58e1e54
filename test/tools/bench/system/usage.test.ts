import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startProcess } from '../../../../tools/bench/system/process.ts';

const LOAD = join(import.meta.dirname, '../../../../tools/bench/system/load.ts');

/** Uses 300 MB, and no longer. */
const BIG = `data:text/javascript,${encodeURIComponent(`
  const big = new ArrayBuffer(300e6, { maxByteLength: 300e6 });
  new Uint8Array(big).fill(1);
  big.resize(0);`)}`;

test('a process tells its CPU, what it allocated, and its peak, which begins again when it is reset', async (t) => {
  const started = startProcess(['--import', BIG, LOAD]);
  t.after(started.stop);
  const { cpuMs, allocatedKb, peakMb } = await started.usage();
  assert.ok(cpuMs > 0 && allocatedKb > 1_000, `${cpuMs} ms, ${allocatedKb} kB`);
  assert.ok(peakMb > 300, `${peakMb} MB`);
  await started.ask('resetPeak');
  const { peakMb: later } = await started.usage();
  if (process.platform === 'linux') assert.ok(later < 250, `${later} MB`);
});
