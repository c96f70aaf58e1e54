import assert from 'node:assert/strict';
import { test } from 'node:test';
import { row } from '../../../../tools/bench/rows/per-request.ts';
import { createFakeSystem } from './fake-system.ts';
import { runRow } from './run-row.ts';

test('per-request divides the CPU of server alone by that of the same downloads', async () => {
  // Of the 40 ms a request, server takes three quarters.
  const system = createFakeSystem({ cpuMs: (env) => (env === null ? 20 : 40) });
  const [line, library, above] = await runRow('per-request', row, system);
  assert.deepEqual(system.environments, [
    { OTEL_SDK_DISABLED: 'true', WORKS_CACHE: 'per-request' },
  ]);
  const { ours, other, ratio, goal, met, othersCpu } = line ?? {};
  assert.deepEqual([ours, other, ratio?.median, goal, met], [30, 20, 1.5, '≤ 1.5 ×', true]);
  assert.deepEqual(Object.keys(othersCpu ?? {}), ['load', 'local cloud']);
  assert.deepEqual([library?.ratio?.median, library?.goal], [1.5, null]);
  assert.deepEqual([above?.ratio?.median, above?.goal], [1, null]);
});

test('per-request reads 42 objects, with each query counted in all copies', async () => {
  const system = createFakeSystem();
  await runRow('per-request', row, system);
  const { queries } = system.works() as { queries: Record<string, number> };
  assert.ok(Object.keys(queries).length > 0);
  assert.ok(Object.values(queries).every((count) => count % 14 === 0));
});

test('per-request fails with a wrong count, with too few bytes, and with a damaged object', async () => {
  const wrong = createFakeSystem({ load: () => ({ wrong: '3 to world' }) });
  await assert.rejects(runRow('per-request', row, wrong), /ours answered wrong: 3 to world/);
  const few = createFakeSystem({ downloads: { bytes: 4_999_999, wrong: null } });
  await assert.rejects(runRow('per-request', row, few), /bare answered wrong: 4999999 bytes/);
  const damaged = createFakeSystem({ downloads: { bytes: 6e6, wrong: 'hamlet is damaged' } });
  await assert.rejects(runRow('per-request', row, damaged), /bare answered wrong: hamlet is/);
});
