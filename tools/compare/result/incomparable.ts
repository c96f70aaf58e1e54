import { counted } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { CohortSummary } from './cohort-summary.ts';

/** Why no figure compares the two sides, whatever the statistics say; null where nothing speaks against it. */
export function whyIncomparable({ a, b }: Sides<CohortSummary>): string | null {
  const wrongCounts = a.wrongCounts + b.wrongCounts;
  if (wrongCounts > 0) {
    return `${counted(wrongCounts, 'answer')} had a wrong count: the speed of wrong answers means nothing`;
  }
  if (a.shed + b.shed === 0) return null;
  return `${shedText({ a, b })} under pressure of the trace backend: the remaining traces are not a fair sample`;
}

/** `at least 7 requests were shed in Cloud Run, 0 in GKE`. */
export function shedText({ a, b }: Sides<CohortSummary>): string {
  return `${atLeast(a.shed)} ${a.shed === 1 ? 'request was' : 'requests were'} shed in ${a.label}, ${atLeast(b.shed)} in ${b.label}`;
}

/** Requests that were shed after the last trace of their run are not known. */
export const atLeast = (shed: number): string => (shed === 0 ? '0' : `at least ${shed}`);
