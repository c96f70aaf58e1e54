import { createColumn, doubles } from '../traces/columns.ts';
import type { Place, Sighting, Sightings, Words } from './rule.ts';

/** Of each finding; all are counted. */
export const MOST_PLACES = 100;
/** Of traces in doubt, as some of them may turn out to be explained. */
const MOST_IN_DOUBT = 2_000;

/** Numbers under which rules answer later whether they account for a trace; -1: that rule does not. */
export type Doubts = readonly number[];

/** `at`: its trace's place among those that the rule says something of. */
type Listed = Readonly<{ at: number; doubts: Doubts; place: Place }>;

type Group = {
  readonly number: number;
  readonly words: Words | undefined;
  readonly group: string | undefined;
  count: number;
  traces: number;
  first: number;
  readonly places: Listed[];
  readonly inDoubt: Listed[];
};

/** What a trace in doubt adds to a group: its number, count and place, and its doubts. */
const FIELDS = 3;

/**
 * Adds up the sightings of one rule, and keeps the first places of each group. Of a trace in doubt it
 * keeps a few numbers, until the rules that explain traces by others have seen them all.
 */
export function createSightings(doubting: number) {
  const groups = new Map<string, Group>();
  const pending = createColumn(doubles);
  let traces = 0;

  function groupOf({ words, group }: Sighting): Group {
    const key = group ?? words?.finding ?? '';
    const known = groups.get(key);
    if (known !== undefined) return known;
    const made = {
      ...{ number: groups.size, words, group, count: 0, traces: 0, first: Infinity },
      ...{ places: [], inDoubt: [] },
    };
    groups.set(key, made);
    return made;
  }

  return {
    /** All that the rule says of one trace. */
    add(sightings: readonly Sighting[], doubts: Doubts): void {
      traces += 1;
      const isInDoubt = doubts.some((doubt) => doubt >= 0);
      const counts = new Map<Group, number>();
      for (const sighting of sightings) {
        const group = groupOf(sighting);
        counts.set(group, (counts.get(group) ?? 0) + (sighting.count ?? 1));
        const places = isInDoubt ? group.inDoubt : group.places;
        if (places.length >= (isInDoubt ? MOST_IN_DOUBT : MOST_PLACES)) continue;
        const place = { traceId: sighting.traceId, detail: sighting.detail() };
        places.push({ at: traces, doubts, place });
      }
      for (const [group, count] of counts) {
        if (!isInDoubt) addTo(group, count, traces);
        else for (const value of [group.number, count, traces, ...doubts]) pending.add(value);
      }
    },
    /** In the order of their first places. `isExplained`: whether one of the doubts came true. */
    all(isExplained: (doubts: Doubts) => boolean): readonly Sightings[] {
      const all = [...groups.values()];
      const numbers = pending.all();
      const stride = FIELDS + doubting;
      for (let at = 0; at < numbers.length; at += stride) {
        const [number = 0, count = 0, place = 0, ...doubts] = numbers.subarray(at, at + stride);
        const group = all[number];
        if (group !== undefined && !isExplained(doubts)) addTo(group, count, place);
      }
      return all
        .filter(({ count }) => count > 0)
        .sort((one, other) => one.first - other.first)
        .map(({ words, group, count, traces: of, places, inDoubt }) => ({
          ...{ words, group, count, traces: of },
          places: [...places, ...inDoubt.filter(({ doubts }) => !isExplained(doubts))]
            .sort((one, other) => one.at - other.at)
            .slice(0, MOST_PLACES)
            .map(({ place }) => place),
        }));
    },
  };
}

function addTo(group: Group, count: number, place: number): void {
  group.count += count;
  group.traces += 1;
  group.first = Math.min(group.first, place);
}
