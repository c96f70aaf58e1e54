import { setTimeout as sleep } from 'node:timers/promises';

/** Time as a run sees it; injected, so that tests need not wait. */
export type Clock = Readonly<{
  /** Wall clock, milliseconds since the Unix epoch. */
  epochMs(): number;
  /** Monotonic milliseconds, with fractions. */
  nowMs(): number;
  /** Resolves at that moment of nowMs, never earlier, or as soon as the signal aborts. */
  sleepUntil(dueMs: number, signal: AbortSignal): Promise<void>;
}>;

export const systemClock: Clock = {
  epochMs: () => Date.now(),
  nowMs: () => performance.now(),
  async sleepUntil(dueMs, signal) {
    // Timers count whole milliseconds and may fire a fraction early, so look again each time.
    for (let left = dueMs - performance.now(); left > 0; left = dueMs - performance.now()) {
      if (signal.aborted) return;
      await sleep(Math.max(1, Math.floor(left)), undefined, { signal }).catch(() => {});
    }
  },
};
