import type { Sides } from '../../cohorts/cohort.ts';
import type { RequestRecord } from '../../cohorts/request-record.ts';

/** Requests that each side must have of an operation: fewer say nothing about it. */
const FEWEST_REQUESTS = 5;
/** The most frequent ones; a report with more names than this has names that hold ids. */
const MOST_OPERATIONS = 500;

export type OnBoth = Readonly<{
  /** Requests of the operations that both sides have, also those that failed. */
  inBoth: Sides<readonly RequestRecord[]>;
  /** By operation: its number. */
  numbers: ReadonlyMap<string, number>;
  /** Requests that would count, of other operations: no comparison of the two sides counts them. */
  leftOut: Sides<number>;
}>;

/** What one side was asked and the other was not cannot be compared. `counts`: whether it is compared. */
export function operationsOnBoth(
  records: Sides<readonly RequestRecord[]>,
  counts: (record: RequestRecord) => boolean,
): OnBoth {
  const counted = { a: records.a.filter(counts), b: records.b.filter(counts) };
  const [ofA, ofB] = [countsOf(counted.a), countsOf(counted.b)];
  const fewer = (operation: string) => Math.min(ofA.get(operation) ?? 0, ofB.get(operation) ?? 0);
  const shared = [...ofA.keys()].filter((operation) => fewer(operation) >= FEWEST_REQUESTS);
  const kept = shared
    .sort((one, other) => fewer(other) - fewer(one) || (one < other ? -1 : 1))
    .slice(0, MOST_OPERATIONS);
  const numbers = new Map(kept.map((operation, number) => [operation, number]));
  const of = (side: readonly RequestRecord[]) =>
    side.filter(({ operation }) => numbers.has(operation));
  const inBoth = { a: of(records.a), b: of(records.b) };
  const othersOf = (side: readonly RequestRecord[]) => side.length - of(side).length;
  return { inBoth, numbers, leftOut: { a: othersOf(counted.a), b: othersOf(counted.b) } };
}

function countsOf(records: readonly RequestRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { operation } of records) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return counts;
}
