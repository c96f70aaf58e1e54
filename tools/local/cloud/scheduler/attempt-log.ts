import type { Attempt } from './runner.ts';

const MAX_ATTEMPTS = 1_000;

/** The last attempts of all jobs, oldest first, for who looks later and who listens. */
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
