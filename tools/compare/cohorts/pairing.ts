import type { RequestRecord } from './request-record.ts';

/** One run on both sides, or on one: the unit that is independent of the others. */
export type Run = Readonly<{ key: string; records: readonly RequestRecord[] }>;

export type Pair = Readonly<{ a: RequestRecord; b: RequestRecord }>;
export type PairedRun = Readonly<{ key: string; pairs: readonly Pair[] }>;

const keyOf = ({ scheduledMinute, runId }: RequestRecord) =>
  `${scheduledMinute ?? ''} ${runId ?? ''}`;

/** Whether its requests say neither in which run they were nor in which minute. */
export const isUnnamed = ({ key }: Run): boolean => key === ' ';

/**
 * Records by run, in the order of their first start. Without a run id the scheduled minute is the
 * run; requests that name neither are one run, since nothing says that they are independent.
 */
export function runsOf(records: readonly RequestRecord[]): readonly Run[] {
  const runs = new Map<string, RequestRecord[]>();
  for (const record of [...records].sort((one, other) => one.startMs - other.startMs)) {
    const key = keyOf(record);
    const run = runs.get(key);
    if (run === undefined) runs.set(key, [record]);
    else run.push(record);
  }
  return [...runs].map(([key, members]) => ({ key, records: members }));
}

/**
 * Pairs the requests that the schedule meant to be the same one on both sides: same run, same
 * sequence number and same query. Runs are the same by scheduled minute and run id, or where the two
 * sides name their runs apart by scheduled minute and the run's place within that minute (a minute
 * may hold several short runs). What has no partner is left out.
 */
export function pairRuns(
  a: readonly RequestRecord[],
  b: readonly RequestRecord[],
): readonly PairedRun[] {
  const runsOfA = runsOf(a);
  const runsOfB = runsOf(b);
  const keysOfB = new Set(runsOfB.map(({ key }) => key));
  const sharedIds = runsOfA.some(({ key }) => keysOfB.has(key));
  const ofB = scheduledRuns(runsOfB, sharedIds);
  const paired: PairedRun[] = [];
  for (const [key, run] of scheduledRuns(runsOfA, sharedIds)) {
    const partners = new Map(ofB.get(key)?.records.map((record) => [requestKey(record), record]));
    const pairs: Pair[] = [];
    for (const record of run.records) {
      const partner = partners.get(requestKey(record));
      if (partner === undefined || record.sequence === null) continue;
      partners.delete(requestKey(record));
      pairs.push({ a: record, b: partner });
    }
    if (pairs.length > 0) paired.push({ key, pairs });
  }
  return paired;
}

const requestKey = ({ sequence, query }: RequestRecord) => `${sequence} ${query}`;

function scheduledRuns(runs: readonly Run[], byId: boolean): ReadonlyMap<string, Run> {
  const placeInMinute = new Map<string, number>();
  const scheduled = new Map<string, Run>();
  for (const run of runs) {
    const minute = run.records[0]?.scheduledMinute;
    if (minute === undefined || minute === null) continue;
    const place = placeInMinute.get(minute) ?? 0;
    placeInMinute.set(minute, place + 1);
    scheduled.set(byId ? run.key : `${minute} ${place}`, run);
  }
  return scheduled;
}

/**
 * Pairs the requests of one operation that an attribute of the reader's choice says belong together. Of
 * several with one value the first belongs to the first. Two that began more than `apartMs` from each
 * other did not run beside each other, so what they share is not the time.
 */
export function pairByKey(
  { a, b }: Readonly<{ a: readonly RequestRecord[]; b: readonly RequestRecord[] }>,
  apartMs: number,
): readonly Pair[] {
  const keyed = (records: readonly RequestRecord[]) =>
    Map.groupBy(
      records
        .filter(({ pairKey }) => pairKey !== null)
        .sort((one, other) => one.startMs - other.startMs),
      ({ operation, pairKey }) => `${operation}\n${pairKey}`,
    );
  const [ofA, ofB] = [keyed(a), keyed(b)];
  return [...ofA].flatMap(([key, records]) => {
    const partners = ofB.get(key) ?? [];
    return records.slice(0, partners.length).flatMap((record, place): readonly Pair[] => {
      const partner = partners[place];
      if (partner === undefined || Math.abs(partner.startMs - record.startMs) > apartMs) return [];
      return [{ a: record, b: partner }];
    });
  });
}
