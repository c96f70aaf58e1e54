import { median } from 'simple-statistics';
import type { CohortSummary } from '../result/comparison.ts';
import { latencyQuantiles } from '../statistics/overall.ts';
import { ascending, quantilesOf } from '../statistics/quantiles.ts';
import type { Cohort } from './cohort.ts';
import { runsOf } from './pairing.ts';
import type { RequestRecord } from './request-record.ts';

/** What one cohort is, in counts and rates, before anything is compared. */
export function summariseCohort(cohort: Cohort, records: readonly RequestRecord[]): CohortSummary {
  const count = (matches: (record: RequestRecord) => boolean) => records.filter(matches).length;
  const rate = (part: number) => (records.length === 0 ? null : part / records.length);
  const whole = count((record) => record.whole);
  const errors = count((record) => record.error !== null);
  const wrongCounts = count((record) => record.wrongCount);
  const delays = records.map(({ startDelayMs }) => startDelayMs).filter((ms) => ms !== null);
  return {
    label: cohort.label,
    filter: describeFilter(cohort),
    traces: records.length,
    whole,
    errors,
    wrongCounts,
    cold: count((record) => record.cold),
    orphaned: count((record) => record.orphaned),
    skewed: count((record) => record.skewed),
    frontEndStored: count((record) => record.frontEndStored),
    ...loadOf(records),
    rates: { whole: rate(whole), error: rate(errors), wrongCount: rate(wrongCounts) },
    latency: latencyQuantiles(records),
    startDelayP95Ms: quantilesOf(ascending(delays))?.p95Ms ?? null,
  };
}

export type Load = Pick<CohortSummary, 'runs' | 'expectedRequests' | 'requestsPerRun'>;

/** What was asked of the cohort, by the sequence numbers of its requests. */
export function loadOf(records: readonly RequestRecord[]): Load {
  const runSizes = runsOf(records.filter(({ latencyMs }) => latencyMs !== null)).map(
    ({ records: ofRun }) =>
      ofRun.reduce(
        (most, { sequence }) => Math.max(most, sequence === null ? 0 : sequence + 1),
        ofRun.length,
      ),
  );
  return {
    runs: runSizes.length,
    expectedRequests: runSizes.reduce((sum, size) => sum + size, 0),
    requestsPerRun: runSizes.length === 0 ? null : median(runSizes),
  };
}

function describeFilter({ filter, sinceMs, untilMs, ownWindow }: Cohort): string {
  if (!ownWindow) return filter;
  const bound = (word: string, ms: number | null) =>
    ms === null ? '' : ` ${word} ${new Date(ms).toISOString()}`;
  return `${filter}${bound('since', sinceMs)}${bound('until', untilMs)}`;
}
