import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measurePacer, type Pacer, row } from '../../../../tools/bench/rows/pacer.ts';
import { runRow } from './run-row.ts';

const waitMs = async (untilMs: number) => {
  while (performance.now() < untilMs) await new Promise((resolve) => setImmediate(resolve));
};

/** Starts these, in this order, the last one when it is due. */
const starting =
  (sequences: readonly number[]): Pacer =>
  async (requests, start) => {
    const firstMs = performance.now();
    await waitMs(firstMs + 2 * requests);
    for (const sequence of sequences) start(sequence);
  };

test('a pacer that starts each request once, when it is due or later, is right', async () => {
  const { answer, metrics } = await measurePacer(3, starting([0, 1, 2]));
  assert.equal(answer, true);
  assert.ok((metrics.p50 ?? 0) >= 2 && (metrics.p99 ?? 0) >= (metrics.p50 ?? 0));
});

test('a pacer that leaves one out, starts one twice, or starts them all at once is wrong', async () => {
  const wrong = {
    'one too few': starting([0, 1]),
    'one twice': starting([0, 1, 1]),
    'one more': starting([0, 1, 2, 2]),
    'all at once': (async (requests, start) => {
      for (let sequence = 0; sequence < requests; sequence += 1) start(sequence);
    }) satisfies Pacer,
  };
  for (const [name, pacer] of Object.entries(wrong)) {
    assert.equal((await measurePacer(3, pacer)).answer, false, name);
  }
});

test('the row compares the pacer with a limit and with bare timers', async () => {
  const lines = await runRow('pacer', row, {});
  assert.deepEqual(
    lines.map(({ goal }) => goal),
    ['≤ 2 ms', '≤ 1.1 ×', null, null],
  );
  assert.deepEqual(lines[0]?.other, 2);
  assert.deepEqual(lines[0]?.met, (lines[0]?.ours ?? 0) <= 2);
});
