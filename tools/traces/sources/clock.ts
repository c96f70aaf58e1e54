import { setTimeout } from 'node:timers/promises';

/** Time as the reader sees it: real, or moved by a test. */
export type Clock = Readonly<{
  nowMs(): number;
  /** Throws the signal's own reason where it is aborted meanwhile. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}>;

export const realClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await setTimeout(ms, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};
