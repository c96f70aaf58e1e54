import type { Timers } from '../../../../tools/local/cloud/scheduler/timers.ts';

/** Time that stands still until a test moves it. */
export function createManualTimers(startMs: number): Timers & { moveTo(timeMs: number): void } {
  let nowMs = startMs;
  const waiting = new Set<{ timeMs: number; run: () => void }>();
  return {
    now: () => nowMs,
    at(timeMs, run) {
      const entry = { timeMs, run };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    moveTo(timeMs) {
      for (;;) {
        const due = [...waiting]
          .filter((entry) => entry.timeMs <= timeMs)
          .sort((a, b) => a.timeMs - b.timeMs)[0];
        if (!due) break;
        waiting.delete(due);
        nowMs = Math.max(nowMs, due.timeMs);
        due.run();
      }
      nowMs = timeMs;
    },
  };
}
