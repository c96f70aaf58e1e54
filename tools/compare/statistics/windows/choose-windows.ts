import type { Sides } from '../../cohorts/cohort.ts';
import { pairByKey } from '../../cohorts/pairing.ts';
import type { RequestRecord } from '../../cohorts/request-record.ts';
import { type Design, sampleOf } from '../design.ts';
import { type Grouping, groupInWindows } from './group-windows.ts';
import { mergeWindows } from './merge-windows.ts';
import { operationsOnBoth } from './operations.ts';
import { windowLength } from './window-length.ts';

/** More windows say no more, since neighbours resemble each other. */
const MOST_WINDOWS = 64;
const FEWEST_WINDOWS = 12;
/** Requests that a window should have on the side with fewer of them. */
const REQUESTS_A_WINDOW = 4;
/** Of the requests of the smaller side: with fewer in pairs, the others are not left out for them. */
const ENOUGH_PAIRED = 0.5;
/** So often the sides must take turns before they are not called "before" and "after". */
const FEWEST_TURNS = 6;

/**
 * Runs of traffic that only the clock divides. Requests are paired where an attribute says which belong
 * together, windows where both sides had requests at the same time. `latencyOf`: null where a request
 * does not count.
 */
export function chooseWindows(
  records: Sides<readonly RequestRecord[]>,
  latencyOf: (record: RequestRecord) => number | null,
): Design {
  const counts = (record: RequestRecord) => (latencyOf(record) ?? 0) > 0;
  const operations = operationsOnBoth(records, counts);
  const { a, b } = operations.inBoth;
  const grouping = chooseGrouping({ a: a.filter(counts), b: b.filter(counts) });
  const design = groupInWindows(operations, grouping);
  const { windows } = design;
  const { windowed } = sampleOf(design, (record) => (counts(record) ? latencyOf(record) : null));
  if (windows === undefined || windowed === undefined) return design;
  return { ...design, windows: { ...windows, merging: mergeWindows(windowed) } };
}

function chooseGrouping(counted: Sides<readonly RequestRecord[]>): Grouping {
  const { a, b } = counted;
  const smaller = Math.min(a.length, b.length);
  const most = Math.min(
    MOST_WINDOWS,
    Math.max(FEWEST_WINDOWS, Math.floor(smaller / REQUESTS_A_WINDOW)),
  );
  const [ofA, ofB] = [timeOf(a), timeOf(b)];
  const bothMs = Math.min(ofA.last, ofB.last) - Math.max(ofA.first, ofB.first);
  if (bothMs >= 0) {
    const lengthMs = windowLength(bothMs, most);
    const pairs = pairByKey(counted, lengthMs);
    if (pairs.length >= ENOUGH_PAIRED * smaller)
      return { kind: 'paired-requests', lengthMs, pairs };
    if (besideEachOther(counted, lengthMs) >= ENOUGH_PAIRED * smaller) {
      return { kind: 'paired-windows', lengthMs };
    }
    const allMs = Math.max(ofA.last, ofB.last) - Math.min(ofA.first, ofB.first);
    const turnMs = windowLength(allMs, most);
    if (turnsOf(counted, turnMs) >= FEWEST_TURNS) return { kind: 'windows', lengthMs: turnMs };
  }
  const shorterMs = Math.min(ofA.last - ofA.first, ofB.last - ofB.first);
  return { kind: 'before-after', lengthMs: windowLength(Math.max(0, shorterMs), most) };
}

function timeOf(records: readonly RequestRecord[]) {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { startMs } of records) {
    first = Math.min(first, startMs);
    last = Math.max(last, startMs);
  }
  return { first, last };
}

/** How many requests of the smaller side lie in windows that the other one has too. */
function besideEachOther({ a, b }: Sides<readonly RequestRecord[]>, lengthMs: number): number {
  const [fewer, others] = a.length <= b.length ? [a, b] : [b, a];
  const windows = new Set(others.map(({ startMs }) => Math.floor(startMs / lengthMs)));
  return fewer.filter(({ startMs }) => windows.has(Math.floor(startMs / lengthMs))).length;
}

/** How often, from window to window, the side changes that has more requests. */
function turnsOf({ a, b }: Sides<readonly RequestRecord[]>, lengthMs: number): number {
  const more = new Map<number, number>();
  const add = (records: readonly RequestRecord[], by: number) => {
    for (const { startMs } of records) {
      const window = Math.floor(startMs / lengthMs);
      more.set(window, (more.get(window) ?? 0) + by);
    }
  };
  add(a, 1 / a.length);
  add(b, -1 / b.length);
  const sides = [...more].sort(([one], [other]) => one - other).map(([, by]) => by > 0);
  return sides.filter((side, place) => place > 0 && side !== sides[place - 1]).length;
}
