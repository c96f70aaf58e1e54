import type { Labels } from './labels.ts';

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

/** Values come from outside. Past this bound equal labels take memory each. */
const MOST_PLACES = 20_000;

const createPlace = (): Place => ({
  labels: undefined,
  key: undefined,
  values: new Map(),
  other: undefined,
});

/**
 * Gives lists of equal pairs that extend the same labels one object, which nobody may write to: it
 * is built once, and whoever derives something from labels can keep that by the object.
 */
export function createSharedLabels() {
  const starts = new WeakMap<Labels, Place>();
  let places = 0;

  function next(place: Place, key: string, value: string): Place | undefined {
    let from = place;
    while (from.key !== key) {
      if (from.key === undefined) from.key = key;
      else if (from.other === undefined && places >= MOST_PLACES) return undefined;
      else from = from.other ??= createPlace();
    }
    const known = from.values.get(value);
    if (known !== undefined || places >= MOST_PLACES) return known;
    const created = createPlace();
    from.values.set(value, created);
    places += 1;
    return created;
  }

  /** null where a key comes twice. `length`: how many of the keys and values count. */
  return (
    base: Labels,
    keys: readonly string[],
    values: readonly string[],
    length: number,
  ): Labels | null => {
    if (length === 0) return base;
    let place: Place | undefined = starts.get(base) ?? createPlace();
    starts.set(base, place);
    for (let at = 0; at < length && place !== undefined; at += 1) {
      place = next(place, keys[at] as string, values[at] as string);
    }
    if (place?.labels !== undefined) return place.labels;
    const labels = extend(base, keys, values, length);
    if (place !== undefined && labels !== null) place.labels = labels;
    return labels;
  };
}

function extend(
  base: Labels,
  keys: readonly string[],
  values: readonly string[],
  length: number,
): Labels | null {
  const labels: Record<string, string> = { ...base };
  for (let at = 0; at < length; at += 1) {
    const key = keys[at] as string;
    if (key === '__proto__' || keys.indexOf(key) < at) return null;
    labels[key] = values[at] as string;
  }
  return labels;
}
