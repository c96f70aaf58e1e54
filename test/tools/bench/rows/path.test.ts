import assert from 'node:assert/strict';
import { test } from 'node:test';
import { row } from '../../../../tools/bench/rows/path.ts';
import { createFakeSystem } from './fake-system.ts';
import { runRow } from './run-row.ts';

test('path divides the CPU of bare handlers by that of the untraced programs, for the same requests', async () => {
  const system = createFakeSystem({ cpuMs: (env) => (env === null ? 0.9 : 1.2) });
  const [line, withFastify] = await runRow('path', row, system);
  assert.deepEqual(system.environments, [{ OTEL_SDK_DISABLED: 'true' }, null, null]);
  assert.deepEqual(
    system.bursts.map(({ origin, requests, connections }) => [origin, requests, connections]),
    [
      // Each warms up, before the rounds take turns.
      ...['0', '1', '2'].map((origin) => [origin, 2_000, 20]),
      ...['0', '1', '2', '0', '1', '2'].map((origin) => [origin, 600, 20]),
    ],
  );
  const { ours, other, ratio, goal, met, peakMemoryMb, othersCpu } = line ?? {};
  assert.deepEqual([ours, other, ratio?.median.toFixed(2), goal], [1.2, 0.9, '0.75', '≥ 0.9 ×']);
  assert.deepEqual([met, peakMemoryMb, system.closed()], [false, 100, 1]);
  assert.deepEqual(Object.keys(othersCpu ?? {}), ['load', 'local cloud']);
  assert.deepEqual([withFastify?.ratio?.median.toFixed(2), withFastify?.goal], ['0.75', null]);
});

test('path meets its goal with a tenth more CPU, and fails with a wrong answer of either side', async () => {
  const close = createFakeSystem({ cpuMs: (env) => (env === null ? 1 : 1.1) });
  assert.equal((await runRow('path', row, close))[0]?.met, true);
  for (const wrongBare of [true, false]) {
    const wrong = createFakeSystem({
      load: (env) => ({ wrong: (env === null) === wrongBare ? '{} to world' : null }),
    });
    const who = wrongBare ? /^Error: bare answered wrong/ : /^Error: ours answered wrong/;
    await assert.rejects(runRow('path', row, wrong), who);
    assert.equal(wrong.closed(), 1);
  }
});

test('path fails if the untraced programs make traces', async () => {
  const traced = createFakeSystem({ stored: ({ requests }) => ({ traces: requests }) });
  await assert.rejects(runRow('path', row, traced), /600 traces more than requests/);
});
