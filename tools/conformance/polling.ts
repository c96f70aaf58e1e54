import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * How long a program may take for what it does at once. A busy machine is slow, not wrong; the time is
 * over only where something is missing.
 */
export const WITHIN_MS = 30_000;

/**
 * Asks again and again, and resolves with whether it holds within the time. It adds up its pauses, and
 * reads no clock: on a machine that stands still, the program under test has no time either.
 */
export async function holdsWithin(
  withinMs: number,
  holds: () => boolean | Promise<boolean>,
  signal?: AbortSignal,
): Promise<boolean> {
  for (let pausedMs = 0; pausedMs < withinMs; pausedMs += POLL_MS) {
    if (await holds()) return true;
    await sleep(POLL_MS, undefined, { signal });
  }
  return holds();
}
