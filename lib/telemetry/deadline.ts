/**
 * The promise's outcome, or the signal's reason if that comes first. The work behind the promise
 * goes on: this is for work that others wait for too, or that cannot be cancelled.
 */
export function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Why a wait ended that had a time limit. */
export class DeadlineError extends Error {
  constructor(timeoutMs: number, late = 'no answer') {
    const time = timeoutMs % 1_000 === 0 ? `${timeoutMs / 1_000} s` : `${timeoutMs} ms`;
    super(`${late} within ${time}`);
    this.name = 'DeadlineError';
  }
}

/**
 * Gives `work` a signal that aborts after `timeoutMs`, or with `outer`, and waits no longer than
 * that: rejects with DeadlineError, which says what is `late`, or with the reason of `outer`. The
 * timer keeps the process alive, unlike AbortSignal.timeout's: a program that only waits for this
 * must not end before it.
 */
export async function within<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  { outer, late }: Readonly<{ outer?: AbortSignal; late?: string }> = {},
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DeadlineError(timeoutMs, late)), timeoutMs);
  const signal = outer ? AbortSignal.any([outer, deadline.signal]) : deadline.signal;
  try {
    return await until(work(signal), signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for work, and no longer than `timeoutMs`: the work then goes on without us. Says whether it
 * ended in time, and rejects as it does.
 */
export async function endsWithin(
  timeoutMs: number,
  work: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await within(timeoutMs, work);
    return true;
  } catch (error) {
    if (error instanceof DeadlineError) return false;
    throw error;
  }
}
