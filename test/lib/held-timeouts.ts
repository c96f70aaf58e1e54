import type { TestContext } from 'node:test';
import { systemClock } from '../../lib/clock.ts';

/** Shorter waits are not held: the pauses between attempts. */
const SHORTEST_MS = 1_000;

/**
 * AbortSignal.timeout and the system clock's `after` in a time that only the test moves, until the
 * end of the test. What was begun from now on is over when `pass` says that its time is.
 */
export function holdTimeouts(t: TestContext): { pass(milliseconds: number): void } {
  let nowMs = 0;
  const held = new Map<() => void, number>();
  const hold = (delayMs: number, end: () => void) => {
    held.set(end, nowMs + delayMs);
    return () => void held.delete(end);
  };
  t.mock.method(AbortSignal, 'timeout', (delayMs: number) => {
    const controller = new AbortController();
    hold(delayMs, () => controller.abort(new DOMException('the time is over', 'TimeoutError')));
    return controller.signal;
  });
  const { after } = systemClock;
  t.mock.method(systemClock, 'after', (delayMs: number, callback: () => void) =>
    delayMs < SHORTEST_MS ? after(delayMs, callback) : hold(delayMs, () => callback()),
  );
  return {
    pass(milliseconds) {
      nowMs += milliseconds;
      for (const [end, dueMs] of held) {
        if (dueMs > nowMs) continue;
        held.delete(end);
        end();
      }
    },
  };
}
