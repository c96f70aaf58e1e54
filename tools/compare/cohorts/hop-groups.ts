import { medianOf } from '../statistics/quantiles.ts';
import { SIDES, type Sides } from './cohort.ts';
import { createHopSide, type HopSide, type Members, offsetsOf } from './hop-side.ts';
import type { RequestRecord, Stratum } from './request-record.ts';

/** What the requests of both cohorts spent at one span path. */
export type HopGroup = Readonly<{
  stratum: Stratum;
  path: string;
  samples: Sides<HopSide>;
}>;

/** Only complete requests without error: a hop of a broken trace would take its lost child's time. */
export function countsInHops(record: RequestRecord, stratum: Stratum): boolean {
  return record.whole && record.error === null && record.cold === (stratum === 'cold');
}

/** Nobody reads more, and each takes a distribution and two intervals. */
const MOST_HOPS = 100;

/** Paths in tree order: a parent before its children, siblings by their usual start. */
export function groupHops(
  cohorts: Sides<readonly RequestRecord[]>,
  stratum: Stratum,
): readonly HopGroup[] {
  const counts = (record: RequestRecord) => countsInHops(record, stratum);
  const groups = new Map<string, Sides<Members[]>>();
  for (const side of SIDES) {
    const alike = Map.groupBy(cohorts[side].filter(counts), ({ hops }) => hops.layout);
    for (const [layout, records] of alike) {
      for (const [place, { path }] of layout.entries()) {
        const group = groups.get(path) ?? { a: [], b: [] };
        if (!groups.has(path)) groups.set(path, group);
        group[side].push({ place, records });
      }
    }
  }
  const usual = new Map(
    [...groups].map(([path, { a, b }]) => [path, medianOf(offsetsOf([...a, ...b]))]),
  );
  const sidesOf = (path: string, { a, b }: Sides<Members[]>) => ({
    a: createHopSide(path, a, counts),
    b: createHopSide(path, b, counts),
  });
  const sides = [...groups].map(([path, group]): Group => [path, sidesOf(path, group)]);
  return acrossPaths(longest(sides))
    .sort(([one], [other]) => compareTreeOrder(one, other, usual))
    .map(([path, samples]) => ({ stratum, path, samples }));
}

type Group = readonly [path: string, samples: Sides<HopSide>];

const add = (sum: number, ms: number) => sum + ms;

/** All, or as many as anybody reads: those that take the most time. */
function longest(groups: readonly Group[]): Group[] {
  const totalMs = ([, { a, b }]: Group) =>
    b.figures('selfMs').reduce(add, a.figures('selfMs').reduce(add, 0));
  if (groups.length <= MOST_HOPS) return [...groups];
  return groups
    .map((group) => ({ group, ms: totalMs(group) }))
    .sort((one, other) => other.ms - one.ms)
    .slice(0, MOST_HOPS)
    .map(({ group }) => group);
}

/**
 * What stands between two programs on one side only, a proxy of a mesh or another service, changes
 * the path of everything below. Two hops that each side has once, and under another path, are one.
 */
function acrossPaths(groups: readonly Group[]): Group[] {
  const [onlyA, onlyB] = [onlyOn('a', groups), onlyOn('b', groups)];
  const merged = new Map<Group, Group | null>();
  for (const [step, ofA] of onlyA) {
    const ofB = onlyB.get(step);
    if (ofA.length !== 1 || ofB?.length !== 1) continue;
    const [[one], [other]] = [ofA as [Group], ofB as [Group]];
    // The longer path names what stands between.
    const [kept, dropped] = other[0].length > one[0].length ? [other, one] : [one, other];
    merged.set(kept, [kept[0], { a: one[1].a, b: other[1].b }]).set(dropped, null);
  }
  return groups.flatMap((group) => {
    const now = merged.get(group);
    return now === null ? [] : [now ?? group];
  });
}

/** The hops that one side lacks, by the last step of their path. */
function onlyOn(side: 'a' | 'b', groups: readonly Group[]): ReadonlyMap<string, Group[]> {
  const other = side === 'a' ? 'b' : 'a';
  return Map.groupBy(
    groups.filter(([, samples]) => samples[side].size > 0 && samples[other].size === 0),
    ([path]) => path.slice(path.lastIndexOf(' > ') + 1),
  );
}

/** How many paths of both strata are no hop of the comparison, since there are too many. */
export function hopsLeftOut({ a, b }: Sides<readonly RequestRecord[]>): number {
  return (['warm', 'cold'] as const).reduce((sum, stratum) => {
    const paths = new Set<string>();
    const counted = [...a, ...b].filter((record) => countsInHops(record, stratum));
    for (const layout of new Set(counted.map(({ hops }) => hops.layout))) {
      for (const { path } of layout) paths.add(path);
    }
    return sum + Math.max(0, paths.size - MOST_HOPS);
  }, 0);
}

function compareTreeOrder(one: string, other: string, usual: ReadonlyMap<string, number>): number {
  if (other.startsWith(`${one} > `)) return -1;
  if (one.startsWith(`${other} > `)) return 1;
  // Compare where the two paths part.
  const ofOne = one.split(' > ');
  const ofOther = other.split(' > ');
  let shared = 0;
  while (ofOne[shared] === ofOther[shared]) shared += 1;
  const branch = (steps: string[]) => steps.slice(0, shared + 1).join(' > ');
  const [first, second] = [branch(ofOne), branch(ofOther)];
  return (usual.get(first) ?? 0) - (usual.get(second) ?? 0) || (first < second ? -1 : 1);
}
