import { formatPercent } from '../../cli/format.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';

/** Half the sum of the differences between the queries' shares: 0 alike, 1 nothing in common. */
export function differentQueryMix({ a, b }: Sides<readonly RequestRecord[]>): string | null {
  if (a.length === 0 || b.length === 0) return null;
  const [sharesA, sharesB] = [queryShares(a), queryShares(b)];
  let distance = 0;
  const queries = new Set([...sharesA.keys(), ...sharesB.keys()]);
  for (const query of queries) {
    distance += Math.abs((sharesA.get(query) ?? 0) - (sharesB.get(query) ?? 0)) / 2;
  }
  if (distance <= toleratedDistance(a.length, b.length, queries.size)) return null;
  return `${formatPercent(distance)} of the requests ask for other queries`;
}

/** What chance alone does to the mix of small cohorts, and a tenth at least. */
function toleratedDistance(a: number, b: number, queries: number): number {
  return Math.max(0.1, Math.sqrt(((1 / a + 1 / b) * queries) / Math.PI / 2) * 1.5);
}

function queryShares(records: readonly RequestRecord[]): ReadonlyMap<string | null, number> {
  const shares = new Map<string | null, number>();
  for (const { query } of records) {
    shares.set(query, (shares.get(query) ?? 0) + 1 / records.length);
  }
  return shares;
}
