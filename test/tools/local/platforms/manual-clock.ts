import type { Clock } from '../../../../lib/clock.ts';

/** A clock that moves only when told to; what falls due on the way is called in its order. */
export function createManualClock(startMs = Date.UTC(2026, 0, 1)): Clock & {
  advance(byMs: number): void;
  /** Resolves when as many callbacks as that have been put off from now on. */
  scheduled(count?: number): Promise<void>;
} {
  let now = startMs;
  const due = new Set<{ atMs: number; callback: () => void }>();
  const waiting = new Set<() => void>();
  return {
    epochMs: () => now,
    nowMs: () => now,
    after(delayMs, callback) {
      const entry = { atMs: now + delayMs, callback };
      due.add(entry);
      for (const tell of waiting) tell();
      return () => due.delete(entry);
    },
    advance(byMs) {
      const untilMs = now + byMs;
      for (;;) {
        const [next] = [...due]
          .filter(({ atMs }) => atMs <= untilMs)
          .sort((a, b) => a.atMs - b.atMs);
        if (!next) break;
        due.delete(next);
        now = next.atMs;
        next.callback();
      }
      now = untilMs;
    },
    scheduled(count = 1) {
      const { promise, resolve } = Promise.withResolvers<void>();
      let left = count;
      const tell = () => {
        left -= 1;
        if (left > 0) return;
        waiting.delete(tell);
        resolve();
      };
      waiting.add(tell);
      return promise;
    },
  };
}
