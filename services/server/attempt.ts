import { systemClock, withTimeout } from '../../lib/clock.ts';

export type AttemptBounds = Readonly<{ signal: AbortSignal; timeoutMs: number }>;

/**
 * Gives `run` a signal that aborts after `timeoutMs` or with the caller's. Its controller is for other
 * reasons to end.
 */
export function withinAttempt<T>(
  { signal, timeoutMs }: AttemptBounds,
  run: (ends: AbortSignal, ending: AbortController) => Promise<T>,
): Promise<T> {
  return withTimeout(systemClock, timeoutMs, async (ends, ending) => {
    const end = () => ending.abort(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    try {
      return await run(ends, ending);
    } finally {
      signal.removeEventListener('abort', end);
    }
  });
}
