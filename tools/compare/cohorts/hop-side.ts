import { type Figure, type HopShape, PLACE_OF } from './packed-hops.ts';
import type { RequestRecord } from './request-record.ts';

/** Requests whose hops are alike but for their figures, and where among these the hop is. */
export type Members = Readonly<{ place: number; records: readonly RequestRecord[] }>;

/** What the requests of one cohort spent at one span path, those left out that were stopped there. */
export type HopSide = Readonly<{
  /** How many requests have the hop. */
  size: number;
  /** Of those requests that are alike; the first is that of the first request. */
  shapes: readonly HopShape[];
  /** One for each request. */
  figures(figure: 'inclusiveMs' | 'selfMs'): Float64Array;
  /** Of the requests whose gap is split. */
  splits(): Readonly<{ networkMs: Float64Array; platformMs: Float64Array }>;
  /** Null where the request does not count, or does not have the hop. */
  selfMsOf(record: RequestRecord): number | null;
}>;

/** `counts`: whether a request's samples belong to the hop at all. */
export function createHopSide(
  path: string,
  all: readonly Members[],
  counts: (record: RequestRecord) => boolean,
): HopSide {
  const members = all.filter((of) => !shapeOf(of).stopped);
  const split = members.filter((of) => shapeOf(of).isSplit);
  // Nearly all requests have the hop at one place.
  let usual = members[0]?.place ?? 0;
  return {
    size: countOf(members),
    shapes: members.map(shapeOf),
    figures: (figure) => columnOf(members, figure),
    splits: () => ({
      networkMs: columnOf(split, 'networkMs'),
      platformMs: columnOf(split, 'platformMs'),
    }),
    selfMsOf(record) {
      if (!counts(record)) return null;
      const { layout } = record.hops;
      if (layout[usual]?.path !== path) usual = layout.findIndex((shape) => shape.path === path);
      if (layout[usual]?.stopped !== false) return null;
      return record.hops.figureAt(PLACE_OF.selfMs(layout, usual));
    },
  };
}

/** When the hop starts, from the root's start, of all its requests. */
export const offsetsOf = (members: readonly Members[]): Float64Array =>
  columnOf(members, 'offsetMs');

/** A group of members is never empty: it begins with a request. */
const layoutOf = ({ records }: Members) => (records[0] as RequestRecord).hops.layout;
const shapeOf = (members: Members) => layoutOf(members)[members.place] as HopShape;

const countOf = (members: readonly Members[]) =>
  members.reduce((sum, { records }) => sum + records.length, 0);

function columnOf(members: readonly Members[], figure: Figure): Float64Array {
  const column = new Float64Array(countOf(members));
  let filled = 0;
  for (const alike of members) {
    const place = PLACE_OF[figure](layoutOf(alike), alike.place);
    for (const { hops } of alike.records) {
      column[filled] = hops.figureAt(place);
      filled += 1;
    }
  }
  return column;
}
