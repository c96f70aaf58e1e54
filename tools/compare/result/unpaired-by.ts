import { counted } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import type { Overall } from '../statistics/overall.ts';
import type { CohortSummary } from './cohort-summary.ts';

/** That the attribute of --pair-by pairs no requests, with how many have it; null where it does. */
export function unpairedBy({
  pairBy,
  records,
  cohorts,
  overall,
}: Readonly<{
  pairBy: string | null;
  records: Sides<readonly RequestRecord[]>;
  cohorts: Sides<CohortSummary>;
  overall: Pick<Overall, 'design'>;
}>): string | null {
  if (pairBy === null || overall.design === 'paired-requests') return null;
  const have = (side: 'a' | 'b') => records[side].filter(({ pairKey }) => pairKey !== null).length;
  const [a, b] = [have('a'), have('b')];
  const why =
    Math.min(a, b) === 0
      ? 'so no requests were paired'
      : 'but too few have the same value on both sides at the same time to pair them';
  return `${a} of ${counted(records.a.length, 'request')} in ${cohorts.a.label} and ${b} of ${records.b.length} in ${cohorts.b.label} have the attribute ${pairBy} of --pair-by, ${why}: windows of the clock are compared`;
}
