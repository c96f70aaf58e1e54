import type { Labels } from './labels.ts';
import { Misses } from './misses.ts';

/**
 * Where the labels stand that some list of keys and values comes to: a path of one step a pair, so
 * that looking it up needs no text to be put together.
 */
type Place = {
  labels: Labels | undefined;
  /** The key of the next pair, and where each of its values leads; another key at the same place. */
  key: string | undefined;
  values: Map<string, Place>;
  other: Place | undefined;
};

/** Where labels that extend others begin. `misses`: by the length of their list. */
type Start = Readonly<{ place: Place; misses: Misses }>;

export const NO_LABELS: Labels = {};

/** Values come from outside, and most that come once never come again: past this bound it forgets all. */
const MOST_PLACES = 20_000;

const createPlace = (): Place => ({
  labels: undefined,
  key: undefined,
  values: new Map(),
  other: undefined,
});

let starts = new WeakMap<Labels, Start>();
let places = 0;

function startOf(base: Labels): Start {
  if (places > MOST_PLACES) {
    starts = new WeakMap();
    places = 0;
  }
  const known = starts.get(base);
  if (known !== undefined) return known;
  const start = { place: createPlace(), misses: new Misses() };
  starts.set(base, start);
  return start;
}

/** Longer lists are too rare to count. */
const LONGEST = 256;

function next(place: Place, key: string, value: string): Place {
  let from = place;
  while (from.key !== key) {
    if (from.key === undefined) from.key = key;
    else from = from.other ??= createPlace();
  }
  const known = from.values.get(value);
  if (known !== undefined) return known;
  const created = createPlace();
  from.values.set(value, created);
  places += 1;
  return created;
}

type Pairs = Readonly<{ keys: readonly string[]; values: readonly string[]; length: number }>;

/**
 * Gives equal pairs that extend the same labels one object, which nobody may write to: it is built
 * once, and whoever derives something from labels can keep that by the object. null where a key comes
 * twice. `length`: how many of the keys and values count.
 */
export function shareLabels(base: Labels, { keys, values, length }: Pairs): Labels | null {
  if (length === 0) return base;
  const start = startOf(base);
  if (length < LONGEST && start.misses.isHopeless(length))
    return extend(base, { keys, values, length });
  const before = places;
  let { place } = start;
  for (let at = 0; at < length; at += 1) {
    place = next(place, keys[at] as string, values[at] as string);
  }
  if (length < LONGEST) start.misses.see(length, places > before);
  place.labels ??= extend(base, { keys, values, length }) ?? undefined;
  return place.labels ?? null;
}

/** The same labels, as one object with all that are equal. */
export function sharedLabels(labels: Labels): Labels {
  const [keys, values] = [Object.keys(labels), Object.values(labels)];
  return shareLabels(NO_LABELS, { keys, values, length: keys.length }) ?? labels;
}

function extend(base: Labels, { keys, values, length }: Pairs): Labels | null {
  const labels: Record<string, string> = { ...base };
  for (let at = 0; at < length; at += 1) {
    const key = keys[at] as string;
    if (key === '__proto__' || keys.indexOf(key) < at) return null;
    labels[key] = values[at] as string;
  }
  return labels;
}
