import type { FailureEnd } from '../../traces/failure-end.ts';
import type { SourceDescription } from '../../traces/sources/source.ts';
import type { Waterfall } from '../../traces/waterfall.ts';
import { SIDES, type Sides } from '../cohorts/cohort.ts';
import type { RequestRecord } from '../cohorts/request-record.ts';
import type { Drawing } from './drawing.ts';
import { newestRequests, type RecentTrace } from './recent-traces.ts';

/** Requests that failed alike: the caller got the same answer, and they ended at the same place. */
export type Failures = Readonly<{
  /** What the caller got: `status 504`, `no answer in time`. */
  outcome: string;
  /** Where they ended, a clause that names the programs. */
  where: string;
  end: FailureEnd;
  requests: Sides<number>;
  /** RFC 3339: when the first and the last of them began. */
  since: string;
  last: string;
  /** What the last span of the first of them says, with its figures. */
  detail: string;
  /** The first of them; drawn for the most frequent kinds only. */
  exemplar: Readonly<{ cohort: 'a' | 'b'; traceId: string; waterfall: Waterfall | null }>;
  /** The newest of them. */
  newest: readonly RecentTrace[];
}>;

const MOST_KINDS = 20;
const MOST_DRAWN = 3;
const MOST_LISTED = 20;

type Failed = Readonly<{ cohort: 'a' | 'b'; record: RequestRecord }>;

/** The failed requests by kind, the most frequent kind first; within one, the first to fail first. */
function failedByKind(
  records: Sides<readonly RequestRecord[]>,
): readonly (readonly [Failed, ...Failed[]])[] {
  const failed = SIDES.flatMap((cohort) => records[cohort].map((record) => ({ cohort, record })))
    .filter(({ record }) => record.failure !== null)
    .sort((one, other) => one.record.startMs - other.record.startMs);
  const kinds = Map.groupBy(
    failed,
    ({ record: { failure } }) => `${failure?.outcome} ${failure?.where}`,
  );
  return [...kinds.values()]
    .flatMap(([first, ...others]): [Failed, ...Failed[]][] =>
      first === undefined ? [] : [[first, ...others]],
    )
    .sort((one, other) => other.length - one.length)
    .slice(0, MOST_KINDS);
}

/** The failed requests that are drawn. */
export const drawnFailures = (records: Sides<readonly RequestRecord[]>): readonly RequestRecord[] =>
  failedByKind(records)
    .slice(0, MOST_DRAWN)
    .map(([{ record }]) => record);

export function findFailures(
  records: Sides<readonly RequestRecord[]>,
  options: { draw: Drawing; source: SourceDescription },
): readonly Failures[] {
  return failedByKind(records).flatMap((kind, place): Failures[] => {
    const [{ cohort, record }] = kind;
    const last = kind.at(-1)?.record ?? record;
    if (record.failure === null) return [];
    const { outcome, where, end, detail } = record.failure;
    const of = (side: 'a' | 'b') => kind.filter((failed) => failed.cohort === side);
    const recordsOf = (side: 'a' | 'b') => of(side).map((failed) => failed.record);
    return [
      {
        outcome,
        where,
        end,
        requests: { a: of('a').length, b: of('b').length },
        since: new Date(record.startMs).toISOString(),
        last: new Date(last.startMs).toISOString(),
        detail,
        exemplar: {
          cohort,
          traceId: record.traceId,
          waterfall: place < MOST_DRAWN ? options.draw(record) : null,
        },
        newest: newestRequests(
          { a: recordsOf('a'), b: recordsOf('b') },
          { source: options.source, most: MOST_LISTED },
        ),
      },
    ];
  });
}
