import { interned } from '../../traces/interned.ts';
import type { HopSample } from './hop-samples.ts';

/** What the samples of many requests have in common. */
export type HopShape = Omit<HopSample, 'offsetMs' | 'inclusiveMs' | 'selfMs' | 'split'> &
  Readonly<{ isSplit: boolean }>;

/** The hops of one request but for their figures: one list for all requests that are so alike. */
export type HopLayout = readonly HopShape[];

const FIGURES = 3;
const FIGURES_OF_SPLIT = 2;

/**
 * The hops of one request. Their figures lie in a block with those of other requests: a million spans
 * leave as many samples, which as objects would take more memory than everything else together, and
 * most of the time of reading them would go into fetching them.
 *
 *     offset inclusive self | offset inclusive self | … | network platform | …
 *     of the first hop      | of the second         |   | of the first hop that is split
 */
export class RequestHops {
  readonly layout: HopLayout;
  readonly #block: Float64Array;
  readonly #at: number;

  constructor(layout: HopLayout, block: Float64Array, at: number) {
    this.layout = layout;
    this.#block = block;
    this.#at = at;
  }

  offsetMs(place: number): number {
    return this.#block[this.#at + FIGURES * place] as number;
  }

  inclusiveMs(place: number): number {
    return this.#block[this.#at + FIGURES * place + 1] as number;
  }

  selfMs(place: number): number {
    return this.#block[this.#at + FIGURES * place + 2] as number;
  }

  /** `rank`: how many split hops come before it. */
  networkMs(rank: number): number {
    return this.#block[this.#atSplit(rank)] as number;
  }

  platformMs(rank: number): number {
    return this.#block[this.#atSplit(rank) + 1] as number;
  }

  #atSplit(rank: number): number {
    return this.#at + FIGURES * this.layout.length + FIGURES_OF_SPLIT * rank;
  }
}

/** How many split hops come before this place. */
export const splitRankOf = (layout: HopLayout, place: number): number =>
  layout.slice(0, place).filter(({ isSplit }) => isSplit).length;

const BLOCK = 65_536;

/** Packs the samples of requests, one request after another. */
export function createHopPacker(blockLength = BLOCK) {
  const layoutOf = createLayouts();
  let block = new Float64Array(0);
  let filled = 0;

  return (samples: readonly HopSample[]): RequestHops => {
    const layout = layoutOf(samples);
    const splits = layout.filter(({ isSplit }) => isSplit).length;
    const length = FIGURES * layout.length + FIGURES_OF_SPLIT * splits;
    if (filled + length > block.length) {
      block = new Float64Array(Math.max(blockLength, length));
      filled = 0;
    }
    const at = filled;
    filled += length;
    let next = at;
    let nextSplit = at + FIGURES * layout.length;
    for (const { offsetMs, inclusiveMs, selfMs, split } of samples) {
      block[next] = offsetMs;
      block[next + 1] = inclusiveMs;
      block[next + 2] = selfMs;
      next += FIGURES;
      if (split === null) continue;
      block[nextSplit] = split.networkMs;
      block[nextSplit + 1] = split.platformMs;
      nextSplit += FIGURES_OF_SPLIT;
    }
    return new RequestHops(layout, block, at);
  };
}

/** The samples of a request on its own. */
export const packAlone = (samples: readonly HopSample[]): RequestHops =>
  createHopPacker(0)(samples);

/** Names come from outside: past a bound a request merely has a layout that it shares with none. */
const MOST_SHAPES = 10_000;
const MOST_HOPS = 100_000;
/** They are gone through one by one. */
const MOST_OF_PATH = 64;

function createLayouts(): (samples: readonly HopSample[]) => HopLayout {
  const shapesOf = new Map<string, Numbered[]>();
  const layouts = new Map<string, HopLayout>();
  let shapes = 0;
  let hops = 0;

  /** Its number is -1 where it is not shared. */
  function shapeOf(sample: HopSample): Numbered {
    const ofPath = shapesOf.get(sample.path) ?? [];
    for (const known of ofPath) if (isAlike(known.shape, sample)) return known;
    const { path, service, name, depth, measure, siblings, deeper, stopped, split } = sample;
    const shape: HopShape = {
      ...{ path: interned(path), service: interned(service), name: interned(name) },
      ...{ depth, measure, siblings, deeper, stopped, isSplit: split !== null },
    };
    if (shapes >= MOST_SHAPES || ofPath.length >= MOST_OF_PATH) return { shape, number: -1 };
    const made = { shape, number: shapes };
    shapesOf.set(shape.path, ofPath);
    ofPath.push(made);
    shapes += 1;
    return made;
  }

  return (samples) => {
    const numbered = samples.map(shapeOf);
    const layout = () => numbered.map(({ shape }) => shape);
    if (numbered.some(({ number }) => number === -1)) return layout();
    const key = numbered.map(({ number }) => number).join();
    const known = layouts.get(key);
    if (known !== undefined) return known;
    const made = layout();
    if (hops + made.length <= MOST_HOPS) {
      layouts.set(key, made);
      hops += made.length;
    }
    return made;
  };
}

type Numbered = Readonly<{ shape: HopShape; number: number }>;

/** The path ends with service and name, and either may hold what stands between the two. */
const isAlike = (one: HopShape, other: HopSample): boolean =>
  one.depth === other.depth &&
  one.measure === other.measure &&
  one.siblings === other.siblings &&
  one.deeper === other.deeper &&
  one.stopped === other.stopped &&
  one.isSplit === (other.split !== null) &&
  one.service === other.service &&
  one.name === other.name;
