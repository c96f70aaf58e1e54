import assert from 'node:assert/strict';
import { test } from 'node:test';
import { row } from '../../../../tools/bench/rows/flush.ts';
import { createFakeSystem } from './fake-system.ts';
import { runRow } from './run-row.ts';

const isFlushing = (env: Readonly<Record<string, string>> | null) =>
  env?.SPAN_FLUSH === 'before-response';

/** Each of the two hops waits for so many round trips. */
const systemWith = (roundTrips: number) =>
  createFakeSystem({
    load: (env, delayMs) => ({ p50Ms: isFlushing(env) ? 9 + 2 * roundTrips * delayMs : 5 }),
  });

test('flush states what both hops add, against the bound, and a hop against a round trip', async () => {
  const lines = await runRow('flush', row, systemWith(1));
  assert.deepEqual(
    lines.map(({ ours, other, goal, met }) => [ours, other, goal, met]),
    [
      [4, 200, '≤ 200 ms', true],
      [104, 200, '≤ 200 ms', true],
      [52, 50, '≤ 1.1 ×', true],
    ],
  );
  assert.deepEqual(Object.keys(lines[1]?.othersCpu ?? {}), ['load', 'local cloud']);
});

test('flush misses its goals where a hop waits for two round trips, or for longer than the bound', async () => {
  const met = async (roundTrips: number) =>
    (await runRow('flush', row, systemWith(roundTrips))).map((line) => line.met);
  assert.deepEqual(await met(1.5), [true, true, false]);
  assert.deepEqual(await met(2), [true, false, false]);
});

test('flush asks both pairs in turns, one request at a time', async () => {
  const system = systemWith(1);
  await runRow('flush', row, system);
  assert.deepEqual(system.environments, [
    { SPAN_FLUSH: 'background' },
    { SPAN_FLUSH: 'before-response' },
  ]);
  assert.equal(system.bursts.map(({ origin }) => origin).join(''), '01010101');
  assert.ok(system.bursts.every(({ connections }) => connections === 1));
});

test('flush fails with a wrong answer, and where nothing is written before the answers', async () => {
  const wrong = createFakeSystem({ load: () => ({ wrong: '{} to world' }) });
  await assert.rejects(runRow('flush', row, wrong), /answered wrong: \{\} to world/);
  const idle = createFakeSystem({ stored: () => ({ writes: 2 }) });
  await assert.rejects(runRow('flush', row, idle), /answered wrong: 2 writes for 10 requests/);
});
