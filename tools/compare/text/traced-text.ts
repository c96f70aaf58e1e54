import { estimateWords } from '../../traces/sources/sampling/sample.ts';
import type { CohortSummary } from '../result/cohort-summary.ts';

type Traced = Pick<CohortSummary, 'traces' | 'estimatedRequests'>;

/** `expectedRequests`: null where nobody says how many there must be. */
export function tracedText({
  traces,
  expectedRequests,
  estimatedRequests,
}: Traced & Readonly<{ expectedRequests: number | null }>): string {
  if (estimatedRequests !== undefined)
    return `${traces} of about ${estimateWords(estimatedRequests)}`;
  return expectedRequests === null ? String(traces) : `${traces} of ${expectedRequests}`;
}
