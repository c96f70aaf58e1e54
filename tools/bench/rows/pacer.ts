/**
 * How late requests start at 500 a second, by loadgen's pacer on an event loop with no other work.
 * Beside it the same schedule with bare timers, which shows what the machine adds.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { pace } from '../../../functions/loadgen/schedule.ts';
import { systemClock } from '../../../lib/clock.ts';
import type { Figure, Row, Sample } from '../row.ts';

const INTERVAL_MS = 2;
const MOST_P99_MS = 2;

export const row: Row = {
  rounds: { quick: 3, full: 11 },
  open: ({ quick }) => ({
    variants: {
      ours: { run: () => run(quick ? 500 : 2_500, byPacer) },
      bare: { run: () => run(quick ? 500 : 2_500, byTimers) },
    },
    figures: [
      { ...P99, other: MOST_P99_MS, goal: { of: 'ours', atMost: MOST_P99_MS } },
      { ...P99, variant: `${P99.variant}, against bare timers`, other: 'bare' },
      { ...P99, variant: 'p50 of the same', metric: 'p50', other: 'bare' },
    ],
    check: (answer) => (answer === true ? undefined : 'a request too few, too early or twice'),
  }),
};

const P99: Omit<Figure, 'other'> = {
  variant: 'p99 of actual after scheduled start, at 500/s',
  ours: 'ours',
  metric: 'p99',
  unit: 'ms',
  goal: null,
};

type Pacer = (requests: number, start: (sequence: number) => void) => Promise<unknown>;

const byPacer: Pacer = (requests, start) => {
  const schedule = { requests, intervalMs: INTERVAL_MS };
  const { signal } = new AbortController();
  return pace(schedule, systemClock, signal, ({ sequence }) => start(sequence));
};

const byTimers: Pacer = async (requests, start) => {
  const firstMs = performance.now();
  for (let sequence = 0; sequence < requests; sequence += 1) {
    const dueMs = firstMs + sequence * INTERVAL_MS;
    while (performance.now() < dueMs) await sleep(Math.max(0, dueMs - performance.now()));
    start(sequence);
  }
};

/** By a clock that is read here: the pacer's word on its own delay is no measurement. */
async function run(requests: number, pacer: Pacer): Promise<Sample> {
  const lateMs: number[] = [];
  const sequences = new Set<number>();
  const firstMs = performance.now();
  await pacer(requests, (sequence) => {
    lateMs.push(performance.now() - firstMs - sequence * INTERVAL_MS);
    sequences.add(sequence);
  });
  lateMs.sort((a, b) => a - b);
  const quantile = (share: number) => lateMs[Math.floor(requests * share)] ?? Number.NaN;
  const answer =
    sequences.size === requests && lateMs.length === requests && (lateMs[0] ?? -1) >= 0;
  return { metrics: { p50: quantile(0.5), p99: quantile(0.99) }, answer };
}
