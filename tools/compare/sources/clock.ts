import { setTimeout } from 'node:timers/promises';

/** Time as the reader sees it: real, or moved by a test. */
export type Clock = Readonly<{
  nowMs(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}>;

export const realClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (ms, signal) => {
    await setTimeout(ms, undefined, { signal });
  },
};
