import { until } from './telemetry/deadline.ts';

/** Time, injected, so that tests move it instead of waiting. */
export type Clock = Readonly<{
  /** Wall clock, milliseconds since the Unix epoch. */
  epochMs(): number;
  /** Monotonic milliseconds, with fractions. */
  nowMs(): number;
  /** Calls back once, about `delayMs` later; the result cancels that. */
  after(delayMs: number, callback: () => void): () => void;
}>;

export const systemClock: Clock = {
  epochMs: () => Date.now(),
  nowMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Gives `work` a signal that aborts after `timeoutMs`, and waits until the work has ended. Its
 * controller is for other reasons to end: AbortSignal.any takes longer than all else here. The timer
 * ends with the work. That of AbortSignal.timeout cannot be ended: until its time is over it keeps
 * the context that it was made in, with the spans of the request.
 */
export async function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  work: (timeout: AbortSignal, controller: AbortController) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const cancel = clock.after(timeoutMs, () =>
    timeout.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
  );
  try {
    return await work(timeout.signal, timeout);
  } finally {
    cancel();
  }
}

/** Rejects with the signal's reason as soon as it aborts. */
export async function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(delayMs, resolve);
  await (signal ? until(promise, signal) : promise).finally(cancel);
}

/** Resolves at `dueMs` of nowMs(), never earlier, or as soon as the signal aborts. */
export async function sleepUntil(clock: Clock, dueMs: number, signal: AbortSignal): Promise<void> {
  // Timers count whole milliseconds and may fire a fraction early, so look again each time.
  for (let left = dueMs - clock.nowMs(); left > 0; left = dueMs - clock.nowMs()) {
    if (signal.aborted) return;
    await sleep(clock, left, signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
  }
}
