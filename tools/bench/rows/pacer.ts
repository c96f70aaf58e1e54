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
/**
 * The machine decides about the rest. To wait for the last millisecond in a loop of setImmediate was
 * tried: with other programs on all cores, the kernel then treats the process as one that computes,
 * and wakes it later (p99 103 ms, where bare timers took 13 ms).
 */
const MOST_OVER_TIMERS = 1.1;

export const row: Row = {
  rounds: { quick: 2, full: 11 },
  open: ({ quick }) => {
    const requests = quick ? 500 : 1_250;
    return {
      variants: {
        ours: { run: () => measurePacer(requests, byPacer) },
        bare: { run: () => measurePacer(requests, byTimers) },
      },
      figures: [
        { ...P99, other: MOST_P99_MS, goal: { of: 'ours', atMost: MOST_P99_MS } },
        {
          ...P99,
          variant: `${P99.variant}, against bare timers`,
          other: 'bare',
          goal: { of: 'ratio', atMost: MOST_OVER_TIMERS },
        },
        { ...P99, variant: 'p50 of the same', metric: 'p50', other: 'bare' },
        { ...P99, variant: 'CPU of the same', metric: 'cpu', unit: '% of a core', other: 'bare' },
      ],
      check: (answer) => (answer === true ? undefined : 'a request too few, too early or twice'),
    };
  },
};

const P99: Omit<Figure, 'other'> = {
  variant: 'p99 of actual after scheduled start, at 500/s',
  ours: 'ours',
  metric: 'p99',
  unit: 'ms',
  goal: null,
};

export type Pacer = (requests: number, start: (sequence: number) => void) => Promise<unknown>;

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
export async function measurePacer(requests: number, pacer: Pacer): Promise<Sample> {
  const lateMs: number[] = [];
  const sequences = new Set<number>();
  const before = process.cpuUsage();
  const firstMs = performance.now();
  await pacer(requests, (sequence) => {
    lateMs.push(performance.now() - firstMs - sequence * INTERVAL_MS);
    sequences.add(sequence);
  });
  const elapsedMs = performance.now() - firstMs;
  const { user, system } = process.cpuUsage(before);
  lateMs.sort((a, b) => a - b);
  const quantile = (share: number) => lateMs[Math.floor(requests * share)] ?? Number.NaN;
  const answer =
    sequences.size === requests && lateMs.length === requests && (lateMs[0] ?? -1) >= 0;
  const cpu = (user + system) / 1_000 / elapsedMs;
  return { metrics: { p50: quantile(0.5), p99: quantile(0.99), cpu: cpu * 100 }, answer };
}
