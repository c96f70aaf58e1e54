import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBenchSystem } from '../../../../tools/bench/system/bench-system.ts';
import { checkBurst, runPair } from '../../../../tools/bench/system/run-pair.ts';

test('a burst counts what was stored of it, and a wrong answer fails it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'work.txt'), 'one line\nand two\nlines\n');
  const queries = { line: 2, two: 1 };
  const system = await startBenchSystem({ works: { folder, queries } });
  t.after(system.close);
  const pair = await system.startPair({ OTEL_TRACES_EXPORTER: 'otlp' });

  const burst = { requests: 20, connections: 2, spans: 6 };
  const { answer, metrics, peakMemoryMb, othersCpuMs } = await runPair(system, pair, burst, 1);
  assert.equal(checkBurst(answer), undefined);
  assert.equal(metrics.lost, 0);
  assert.ok((metrics.cpuMs ?? 0) > 0 && (metrics.p99Ms ?? 0) > 0 && (metrics.writes ?? 0) > 0);
  assert.ok((peakMemoryMb ?? 0) > 0);
  assert.deepEqual(Object.keys(othersCpuMs ?? {}), ['load', 'local cloud']);

  // No request of this system makes so many spans, so no trace is complete.
  const other = await runPair(system, pair, { ...burst, spans: 20 }, 1);
  assert.equal(other.metrics.lost, 20);

  queries.line = 3;
  const wrong = await runPair(system, pair, burst, 1);
  assert.match(checkBurst(wrong.answer) ?? '', /"match_count":2} to line, where 3 is right/);
});

test('traces that no request made fail a burst', () => {
  assert.equal(checkBurst({ wrong: null, surplus: 0 }), undefined);
  assert.match(checkBurst({ wrong: null, surplus: 2 }) ?? '', /2 traces more than requests/);
});
