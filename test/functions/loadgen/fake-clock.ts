import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../../lib/clock.ts';

export type FakeClock = Clock &
  Readonly<{
    /** Moves time on, waking each sleeper at its own moment. */
    advance(ms: number): Promise<void>;
    /** Moves time on without waking anybody: the process stalled. */
    stall(ms: number): void;
    /** How many of its timers are neither over nor cancelled. */
    waiting(): number;
  }>;

export const START = '2026-03-01T12:34:20.500Z';

/** A clock that stands still until it is told; its wall clock starts at START. */
export function createFakeClock(): FakeClock {
  let nowMs = 0;
  const sleepers = new Map<() => void, number>();
  return {
    nowMs: () => nowMs,
    epochMs: () => Date.parse(START) + nowMs,
    after(delayMs, callback) {
      const wake = () => callback();
      sleepers.set(wake, nowMs + delayMs);
      return () => sleepers.delete(wake);
    },
    stall(ms) {
      nowMs += ms;
    },
    waiting: () => sleepers.size,
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        await settle();
        const [next] = [...sleepers].sort(([, a], [, b]) => a - b);
        if (!next || next[1] > untilMs) break;
        nowMs = Math.max(nowMs, next[1]);
        sleepers.delete(next[0]);
        next[0]();
      }
      nowMs = Math.max(nowMs, untilMs);
      await settle();
    },
  };
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}
