/** The machine's time, or one that a test moves. */
export type Timers = Readonly<{
  now(): number;
  /** Calls back at a time, at once if it has passed; returns how to cancel. */
  at(timeMs: number, run: () => void): () => void;
}>;

/** setTimeout accepts at most 2^31 - 1 ms; a monthly cron waits longer. */
const MAX_WAIT_MS = 3_600_000;

export const systemTimers: Timers = {
  now: Date.now,
  at(timeMs, run) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const waitMs = timeMs - Date.now();
      // Never early: setTimeout may fire a fraction of a millisecond before its time.
      if (waitMs <= 0) run();
      else timer = setTimeout(arm, Math.min(waitMs, MAX_WAIT_MS));
    };
    timer = setTimeout(arm, 0);
    return () => clearTimeout(timer);
  },
};
