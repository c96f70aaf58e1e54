import assert from 'node:assert/strict';
import { test } from 'node:test';
import { row } from '../../../../tools/bench/rows/tracing.ts';
import { row as memoryRow } from '../../../../tools/bench/rows/tracing-memory.ts';
import { createFakeSystem } from './fake-system.ts';
import { runRow } from './run-row.ts';

type Env = Readonly<Record<string, string>> | null;

const isStoring = (env: Env) => ['gcp_trace', 'otlp'].includes(env?.OTEL_TRACES_EXPORTER ?? '');

const right = {
  cpuMs: (env: Env) => (env?.OTEL_SDK_DISABLED ? 1.2 : 2),
  load: (env: Env) => ({ p99Ms: isStoring(env) ? 20 : 9, wallMs: isStoring(env) ? 200 : 100 }),
};

test('tracing divides CPU, rate and p99 of each exporter by those without tracing', async () => {
  const system = createFakeSystem(right);
  const lines = await runRow('tracing', row, system);
  assert.deepEqual(system.environments, [
    { OTEL_SDK_DISABLED: 'true' },
    { OTEL_TRACES_EXPORTER: 'none' },
    { OTEL_TRACES_EXPORTER: 'gcp_trace' },
    { OTEL_TRACES_EXPORTER: 'otlp' },
  ]);
  const of = (variant: string) => {
    const { ours, other, ratio, goal, met } =
      lines.find((line) => line.variant.startsWith(variant)) ?? {};
    return [ours, other, ratio?.median ?? null, goal, met];
  };
  for (const exporter of ['gcp_trace', 'otlp']) {
    assert.deepEqual(of(`${exporter}: CPU`), [2, 1.2, 0.6, '≥ 0.6 ×', true]);
    assert.deepEqual(of(`${exporter}: requests/s`), [1500, 3000, 0.5, null, null]);
    assert.deepEqual(of(`${exporter}: p99`), [20, 9, 20 / 9, '≤ 2 ×', false]);
    assert.deepEqual(of(`${exporter}: requests without`), [0, null, null, '≤ 0', true]);
  }
});

test('tracing fails with a wrong answer of any variant', async () => {
  for (const off of [true, false]) {
    const isWrong = (env: Env) => (env?.OTEL_SDK_DISABLED !== undefined) === off;
    const wrong = createFakeSystem({
      ...right,
      load: (env) => ({ wrong: isWrong(env) ? 'nothing' : null }),
    });
    await assert.rejects(runRow('tracing', row, wrong), /answered wrong: nothing/);
    assert.equal(wrong.closed(), 1);
  }
});

test('tracing-memory divides the peak of client and server, started for each round', async () => {
  const system = createFakeSystem(right);
  let removed = 0;
  const built = {
    folder: '',
    command: () => ({ args: [], env: {}, cwd: '' }),
    async remove() {
      removed += 1;
    },
  };
  const starters = { ...system, buildPrograms: async () => built };
  const lines = await runRow('tracing-memory', memoryRow, starters);
  assert.equal(removed, 1);
  assert.ok(system.startedFrom.every((from) => from === built));
  // One round that warms up, and one that counts.
  assert.equal(system.environments.length, 2 * 3);
  assert.equal(system.stopped(), 2 * 3 * 2);
  assert.deepEqual(
    lines.map(({ ours, other, ratio, goal, met }) => [ours, other, ratio?.median, goal, met]),
    [
      [100, 100, 1, '≤ 1.15 ×', true],
      [100, 100, 1, '≤ 1.15 ×', true],
    ],
  );
});
