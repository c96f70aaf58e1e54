import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';
import { SIZING } from './platforms/knobs.ts';

/**
 * What a run asks of loadgen, on both platforms alike. Never more under way than one container
 * answers at once, as terraform/ has it: beyond that Cloud Run starts another one and GKE does not,
 * and a comparison would compare the sizes.
 */
export const createLoadBody = (options: {
  requests: number;
  intervalMs: number;
}): LoadRequestBody => ({
  requests: options.requests,
  intervalMs: options.intervalMs,
  maxInFlight: SIZING.concurrency,
});
