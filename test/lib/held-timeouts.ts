import type { TestContext } from 'node:test';

/**
 * AbortSignal.timeout on a clock that only the test moves, until the end of the test. The signals
 * that are made from now on abort when `pass` says that their time is over.
 */
export function holdTimeouts(t: TestContext): { pass(milliseconds: number): void } {
  let nowMs = 0;
  const held = new Map<AbortController, number>();
  t.mock.method(AbortSignal, 'timeout', (delayMs: number) => {
    const controller = new AbortController();
    held.set(controller, nowMs + delayMs);
    return controller.signal;
  });
  return {
    pass(milliseconds) {
      nowMs += milliseconds;
      for (const [controller, dueMs] of held) {
        if (dueMs > nowMs) continue;
        held.delete(controller);
        controller.abort(new DOMException('the time is over', 'TimeoutError'));
      }
    },
  };
}
