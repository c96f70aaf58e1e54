import { createColumn, doubles } from '../traces/columns.ts';
import { isRequest } from '../traces/completeness.ts';
import { type Failure, failureOf } from '../traces/failure.ts';
import type { NormalisedTrace } from '../traces/normalise.ts';
import type { Place } from './rule.ts';
import { MOST_PLACES } from './sightings.ts';

/** Failures on one platform that ended alike. */
export type FailureGroup = Readonly<{
  /** The first of them, and its tree. */
  failure: Failure;
  tree: NormalisedTrace;
  /** The first ones by their start. */
  places: readonly Place[];
  count: number;
  /** How many of them are requests, and no calls from outside. */
  ofRequests: number;
  /** Epoch milliseconds at which the first and the last of them began. */
  sinceMs: number;
  lastMs: number;
  /** How many other requests began in between. */
  between: number;
  /** How many other trees have spans of the callee. */
  othersOfCallee: number;
}>;

type Group = {
  failure: Failure;
  tree: NormalisedTrace;
  readonly places: Readonly<{ startMs: number; place: Place }>[];
  count: number;
  ofRequests: number;
  sinceMs: number;
  lastMs: number;
  /** As the how manieth tree its first one came. */
  place: number;
  /** Of those that are requests. */
  readonly starts: ReturnType<typeof createStarts>;
  readonly services: Services;
};

/** By service, how many trees have spans of it. */
type Services = Map<string, number>;

/**
 * Counts the failures of one platform by how they ended, while trees stream by: it keeps when each
 * request began (8 bytes), the first places of each group, and the first tree.
 */
export function createFailureTally() {
  const groups = new Map<string, Group>();
  const starts = createStarts();
  const services: Services = new Map();
  let place = 0;

  return {
    see(tree: NormalisedTrace): void {
      const isOne = isRequest(tree);
      place += 1;
      if (isOne) starts.add(tree.startMs);
      addServices(services, tree);
      const failure = failureOf(tree);
      if (failure === null) return;
      const key = `${failure.outcome} ${failure.where}`;
      const group = groups.get(key) ?? createGroup(failure, tree);
      groups.set(key, group);
      addTo(group, { failure, tree, isOne, place });
    },
    requests: () => starts.count(),
    /** The most frequent first. */
    all: (): readonly FailureGroup[] =>
      [...groups.values()]
        .sort(
          (one, other) =>
            other.count - one.count || one.sinceMs - other.sinceMs || one.place - other.place,
        )
        .map(({ starts: own, services: ofGroup, places, ...group }) => {
          const { sinceMs, lastMs, failure } = group;
          const others = (services.get(failure.callee) ?? 0) - (ofGroup.get(failure.callee) ?? 0);
          return {
            ...group,
            places: places.map(({ place }) => place),
            between: starts.between(sinceMs, lastMs) - own.between(sinceMs, lastMs),
            othersOfCallee: others,
          };
        }),
  };
}

const createGroup = (failure: Failure, tree: NormalisedTrace): Group => ({
  ...{ failure, tree, places: [], count: 0, ofRequests: 0 },
  ...{
    sinceMs: Infinity,
    lastMs: -Infinity,
    place: 0,
    starts: createStarts(),
    services: new Map(),
  },
});

type Failed = Readonly<{ failure: Failure; tree: NormalisedTrace; isOne: boolean; place: number }>;

function addTo(group: Group, { failure, tree, isOne, place }: Failed): void {
  const { startMs, traceId } = tree;
  group.count += 1;
  if (startMs < group.sinceMs) Object.assign(group, { failure, tree, sinceMs: startMs, place });
  group.lastMs = Math.max(group.lastMs, startMs);
  addServices(group.services, tree);
  if (isOne) {
    group.ofRequests += 1;
    group.starts.add(startMs);
  }
  const { places } = group;
  if (places.length === MOST_PLACES && startMs >= (places.at(-1)?.startMs ?? Infinity)) return;
  const at = places.findLastIndex((one) => one.startMs <= startMs) + 1;
  places.splice(at, 0, { startMs, place: { traceId, detail: failure.detail } });
  if (places.length > MOST_PLACES) places.pop();
}

function addServices(services: Services, { nodes }: NormalisedTrace): void {
  const seen: string[] = [];
  for (const { service, frontEnd } of nodes) {
    if (frontEnd || seen.includes(service)) continue;
    seen.push(service);
    services.set(service, (services.get(service) ?? 0) + 1);
  }
}

/** Moments, to be counted. */
function createStarts() {
  const column = createColumn(doubles);
  return {
    add: (ms: number): void => column.add(ms),
    count: () => column.length(),
    /** Neither at the one end nor at the other. */
    between: (afterMs: number, beforeMs: number): number => {
      let count = 0;
      for (const ms of column.all()) if (ms > afterMs && ms < beforeMs) count += 1;
      return count;
    },
  };
}
