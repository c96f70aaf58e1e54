import { type Clock, sleep, systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';

/** What a caller grants to the load that is made for it. */
export type LoadTerms = Readonly<{
  /** Epoch milliseconds at which nobody waits any more. Asked again and again: others may join. */
  deadlineMs: () => number;
  /**
   * How many times the caller has sent this request before; each may have read everything once. Asked
   * again and again: others may join.
   */
  earlierCalls: () => number;
  /** Called before anything is asked of Storage a second time. May be called again. */
  onRetry: () => void;
}>;

export const NO_TERMS: LoadTerms = {
  deadlineMs: () => Number.POSITIVE_INFINITY,
  earlierCalls: () => 0,
  onRetry: () => {},
};

export type RetryBudget = Readonly<{
  /**
   * Runs `attempt` until it succeeds, at most as often as the budget of `name` allows, which other
   * runs of that name have taken from. The attempt is told the milliseconds that are left.
   */
  run<T>(
    name: string,
    attempt: (leftMs: number) => Promise<T>,
    options: Readonly<{ signal: AbortSignal; isTransient: (error: unknown) => boolean }>,
  ): Promise<T>;
}>;

/** The longest pauses before the second and the third attempt are this and twice this. */
const PAUSE_MS = 100;

/** All pauses of a load; those that overlap count once. */
const ALL_PAUSES_MS = 2_000;

/**
 * The attempts of one load: so many at each page and each object, listed again or not, called again
 * or not. Pauses have full jitter, so that servers that failed together do not come back together.
 * A pause that would outlast the caller, or the time for all pauses, is not begun.
 */
export function createRetryBudget(options: {
  attempts: number;
  terms?: LoadTerms;
  pauseMs?: number;
  clock?: Clock;
  random?: () => number;
}): RetryBudget {
  const {
    terms = NO_TERMS,
    pauseMs = PAUSE_MS,
    clock = systemClock,
    random = Math.random,
  } = options;
  // A call sent for the last time is tried once at least.
  const mostAttempts = () => Math.max(1, options.attempts - terms.earlierCalls());
  const made = new Map<string, number>();
  let pausedMs = 0;
  let pausedUntilMs = 0;

  const leftMs = () => terms.deadlineMs() - clock.epochMs();

  /** Takes a pause before attempt `n + 1`; false where there is no time for one. */
  async function pause(n: number, signal: AbortSignal): Promise<boolean> {
    const lengthMs = random() * pauseMs * 2 ** (n - 1);
    const nowMs = clock.epochMs();
    const addedMs = Math.max(0, nowMs + lengthMs - Math.max(nowMs, pausedUntilMs));
    if (lengthMs >= leftMs() || pausedMs + addedMs > ALL_PAUSES_MS) return false;
    pausedMs += addedMs;
    pausedUntilMs = Math.max(pausedUntilMs, nowMs + lengthMs);
    await sleep(clock, lengthMs, signal);
    return true;
  }

  return {
    async run(name, attempt, { signal, isTransient }) {
      for (let n = 1; ; n += 1) {
        signal.throwIfAborted();
        const earlier = made.get(name) ?? 0;
        if (earlier >= mostAttempts()) throw new Error(`${name} was asked for ${earlier} times`);
        if (leftMs() <= 0) throw new AppError('deadlineExceeded', 'the call has no time left');
        made.set(name, earlier + 1);
        if (earlier > 0) terms.onRetry();
        try {
          return await attempt(leftMs());
        } catch (error) {
          const isLast = earlier + 1 >= mostAttempts();
          if (isLast || signal.aborted || !isTransient(error)) throw error;
          if (!(await pause(n, signal))) throw error;
        }
      }
    },
  };
}
