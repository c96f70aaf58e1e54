import type { SpanContext } from '@opentelemetry/api';
import { until } from '../../lib/telemetry/deadline.ts';
import { activeSpanContext } from '../../lib/telemetry/span.ts';
import type { LoadTerms } from './retry-budget.ts';

export type SharedLoad<T> = Readonly<{
  startedBy: SpanContext | undefined;
  /** Nobody waits for it any more, and it was ended. */
  isAbandoned(): boolean;
  /** Its outcome, or the reason of the signal if that comes first. */
  join(signal: AbortSignal, terms: LoadTerms): Promise<T>;
}>;

/**
 * One piece of work that several callers wait for. It has as much time as the one of them that has
 * the most, and as many attempts as the one that has the most. It ends when the last one goes away,
 * except in the background: then it goes on until `backgroundUntilMs`.
 */
export function startSharedLoad<T>(
  work: (signal: AbortSignal, terms: LoadTerms) => Promise<T>,
  options: { first: LoadTerms; closed: AbortSignal; backgroundUntilMs?: number },
): SharedLoad<T> {
  const { first, closed, backgroundUntilMs } = options;
  const waiting = new Set<LoadTerms>();
  const abandoned = new AbortController();
  let isRetried = false;
  let isSettled = false;

  // The first caller joins only after the work has begun.
  const callers = () => [...(waiting.size > 0 ? waiting : [first])];

  const promise = work(AbortSignal.any([closed, abandoned.signal]), {
    earlierCalls: () => Math.min(...callers().map((terms) => terms.earlierCalls())),
    deadlineMs: () =>
      Math.max(backgroundUntilMs ?? 0, ...callers().map((terms) => terms.deadlineMs())),
    onRetry() {
      isRetried = true;
      for (const terms of waiting) terms.onRetry();
    },
  }).finally(() => {
    isSettled = true;
  });
  // Each caller hears of a failure by itself; there may be none left.
  promise.catch(() => {});

  return {
    startedBy: activeSpanContext(),
    isAbandoned: () => abandoned.signal.aborted,
    async join(signal, terms) {
      // A copy: two callers may bring the same terms.
      const own = { ...terms };
      waiting.add(own);
      if (isRetried) own.onRetry();
      try {
        return await until(promise, signal);
      } finally {
        waiting.delete(own);
        const isNeeded = waiting.size > 0 || backgroundUntilMs !== undefined;
        if (!isNeeded && !isSettled) abandoned.abort(new Error('nobody waits for this load'));
      }
    },
  };
}
