import type { Attempt } from './runner.ts';

const MAX_ATTEMPTS = 1_000;

/** The last attempts of all jobs, oldest first, and a subscription to new ones. */
export function createAttemptLog() {
  const attempts: Attempt[] = [];
  const listeners = new Set<(attempt: Attempt) => void>();
  return {
    add(attempt: Attempt): void {
      attempts.push(attempt);
      if (attempts.length > MAX_ATTEMPTS) attempts.shift();
      for (const listener of listeners) listener(attempt);
    },
    /** Of one job or of all. */
    of: (job?: string): Attempt[] =>
      attempts.filter((attempt) => job === undefined || attempt.job === job),
    onAttempt(listener: (attempt: Attempt) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
