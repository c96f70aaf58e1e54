import type { Sides } from '../../cohorts/cohort.ts';
import type { Pair } from '../../cohorts/pairing.ts';
import type { RequestRecord } from '../../cohorts/request-record.ts';
import type { Design } from '../design.ts';
import { NOT_MERGED } from './merge-windows.ts';
import type { OnBoth } from './operations.ts';
import type { WindowKind } from './windows.ts';

export type Grouping = Readonly<{
  kind: WindowKind;
  lengthMs: number;
  /** Where requests are paired. */
  pairs?: readonly Pair[];
}>;

/** The requests of both sides by window of the clock; where windows are paired, of those that both have. */
export function groupInWindows(
  { inBoth, numbers, leftOut }: OnBoth,
  { kind, lengthMs, pairs }: Grouping,
): Design {
  const operations = [...numbers.keys()];
  const about = { kind, lengthMs, operations, leftOut, merging: NOT_MERGED };
  const numberOf = ({ operation }: RequestRecord) => numbers.get(operation) ?? 0;
  const keyOf = (number: number) => new Date(number * lengthMs).toISOString();
  if (pairs !== undefined) {
    const windows = byWindow(pairs, ({ a }) => a.startMs, lengthMs);
    const at = windows.map(({ number }) => number);
    const kinds = windows.map(({ members }) => Uint16Array.from(members, ({ a }) => numberOf(a)));
    return {
      paired: true,
      runs: windows.map(({ number, members }) => ({ key: keyOf(number), pairs: members })),
      windows: { ...about, at: { a: at, b: at }, operationOf: { a: kinds, b: kinds } },
    };
  }
  const all = {
    a: byWindow(inBoth.a, ({ startMs }) => startMs, lengthMs),
    b: byWindow(inBoth.b, ({ startMs }) => startMs, lengthMs),
  };
  const [a, b] = kind === 'paired-windows' ? onBoth(all) : [all.a, all.b];
  const runsOf = (windows: readonly Window<RequestRecord>[]) =>
    windows.map(({ number, members }) => ({ key: keyOf(number), records: members }));
  const numbersOf = (windows: readonly Window<RequestRecord>[]) =>
    windows.map(({ number }) => number);
  const kindsOf = (windows: readonly Window<RequestRecord>[]) =>
    windows.map(({ members }) => Uint16Array.from(members, numberOf));
  return {
    paired: false,
    a: runsOf(a),
    b: runsOf(b),
    windows: {
      ...about,
      at: { a: numbersOf(a), b: numbersOf(b) },
      operationOf: { a: kindsOf(a), b: kindsOf(b) },
    },
  };
}

type Window<T> = Readonly<{ number: number; members: readonly T[] }>;

/** Those that hold something, in the order of time. */
export function byWindow<T>(
  members: readonly T[],
  startOf: (member: T) => number,
  lengthMs: number,
): readonly Window<T>[] {
  const windows = Map.groupBy(members, (member) => Math.floor(startOf(member) / lengthMs));
  return [...windows]
    .map(([number, ofWindow]) => ({ number, members: ofWindow }))
    .sort((one, other) => one.number - other.number);
}

function onBoth({ a, b }: Sides<readonly Window<RequestRecord>[]>) {
  const [ofA, ofB] = [a, b].map((windows) => new Set(windows.map(({ number }) => number)));
  return [
    a.filter(({ number }) => ofB?.has(number)),
    b.filter(({ number }) => ofA?.has(number)),
  ] as const;
}
