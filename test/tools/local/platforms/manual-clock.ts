import type { Clock } from '../../../../tools/local/platforms/clock.ts';

/** A clock that moves only when told to; what falls due on the way is called in its order. */
export function createManualClock(startMs = Date.UTC(2026, 0, 1)): Clock & {
  advance(byMs: number): void;
} {
  let now = startMs;
  const due = new Set<{ atMs: number; callback: () => void }>();
  return {
    now: () => now,
    after(delayMs, callback) {
      const entry = { atMs: now + delayMs, callback };
      due.add(entry);
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
  };
}
