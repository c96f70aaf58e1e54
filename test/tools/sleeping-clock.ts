import type { Clock } from '../../lib/clock.ts';

/** Time that passes only by sleeping, so that minutes take no time; `onSleep` sees each new time. */
export function createSleepingClock(
  startMs = Date.now(),
  onSleep: (nowMs: number) => void = () => {},
): Clock & { sleptMs: () => number } {
  let nowMs = startMs;
  return {
    epochMs: () => nowMs,
    nowMs: () => nowMs,
    after(delayMs, callback) {
      nowMs += delayMs;
      onSleep(nowMs);
      callback();
      return () => {};
    },
    sleptMs: () => nowMs - startMs,
  };
}
