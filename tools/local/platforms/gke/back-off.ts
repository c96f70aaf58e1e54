import type { GkeKnobs } from '../knobs.ts';

/**
 * CrashLoopBackOff: how long a container that ran for `ranMs` waits before it restarts. The first
 * restart comes at once, then the wait doubles; a long good run resets it.
 */
export function createBackOff(
  knobs: Pick<GkeKnobs, 'backOffMs' | 'backOffMaxMs' | 'backOffResetMs'>,
): (ranMs: number) => number {
  let nextMs = 0;
  return (ranMs) => {
    if (ranMs >= knobs.backOffResetMs) nextMs = 0;
    const delayMs = nextMs;
    nextMs = Math.min(Math.max(knobs.backOffMs, nextMs * 2), knobs.backOffMaxMs);
    return delayMs;
  };
}
