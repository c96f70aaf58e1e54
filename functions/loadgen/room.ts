import { AppError } from '../../lib/errors.ts';
import type { LoadgenConfig } from './config.ts';

export type Room = Readonly<{
  /** Takes room for a run of so many requests, and returns what gives it back. Throws AppError. */
  take(requests: number): () => void;
}>;

/**
 * What all runs of this process may come to. Each request that is not answered holds memory, and each
 * run those that are still to come: a caller that posts again and again must not take all of it.
 */
export function createRoom(config: LoadgenConfig): Room {
  const { LOADGEN_MAX_RUNS: maxRuns, LOADGEN_MAX_REQUESTS: maxRequests } = config;
  const taken = { runs: 0, requests: 0 };
  const full = (what: string) =>
    new AppError('unavailable', `${what}; try again when one of these runs has ended`);
  return {
    take(requests) {
      if (taken.runs >= maxRuns) {
        throw full(`${taken.runs} runs are under way; allowed: ${maxRuns} (LOADGEN_MAX_RUNS)`);
      }
      if (taken.requests + requests > maxRequests) {
        throw full(
          `the runs under way have ${taken.requests} requests and this one has ${requests}; ` +
            `allowed: ${maxRequests} in all (LOADGEN_MAX_REQUESTS)`,
        );
      }
      taken.runs += 1;
      taken.requests += requests;
      return () => {
        taken.runs -= 1;
        taken.requests -= requests;
      };
    },
  };
}
