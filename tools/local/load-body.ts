import type { LoadRequestBody } from '../../functions/loadgen/contract.ts';
import { SIZING } from './platforms/knobs.ts';

/**
 * What a run asks of loadgen, the same on both platforms. Never more requests at once than one
 * container answers, as terraform/ sets it: with more, Cloud Run starts another instance and GKE does
 * not, and a comparison would compare the sizes.
 */
export const createLoadBody = (options: {
  requests: number;
  intervalMs: number;
}): LoadRequestBody => ({
  requests: options.requests,
  intervalMs: options.intervalMs,
  maxInFlight: SIZING.concurrency,
});
