import { interned } from '../../traces/interned.ts';
import { GRID_MS } from '../../traces/tree.ts';
import type { HopSample } from './hop-samples.ts';

/** What the samples of many requests have in common. */
export type HopShape = Omit<HopSample, 'offsetMs' | 'inclusiveMs' | 'selfMs' | 'split'> &
  Readonly<{ isSplit: boolean }>;

/** The hops of one request but for their figures: one list for all requests that are so alike. */
export type HopLayout = readonly HopShape[];

const FIGURES = 3;
const FIGURES_OF_SPLIT = 2;

/** Figures of many requests, in units of so many milliseconds. */
type Block = Readonly<{ figures: Int32Array | Float64Array; unitMs: number }>;

/**
 * The hops of one request. Their figures lie in a block with those of other requests: a million spans
 * leave as many samples, which as objects would take more memory than everything else together, and
 * most of the time of reading them would go into fetching them. Times lie on a grid, so that four bytes
 * hold a figure exactly; those of a request that lasts over eight minutes take eight.
 *
 *     offset inclusive self | offset inclusive self | … | network platform | …
 *     of the first hop      | of the second         |   | of the first hop that is split
 */
export class RequestHops {
  readonly layout: HopLayout;
  readonly #block: Block;
  readonly #at: number;

  constructor(layout: HopLayout, block: Block, at: number) {
    this.layout = layout;
    this.#block = block;
    this.#at = at;
  }

  /** In milliseconds; `PLACE_OF` says where which figure is. */
  figureAt(place: number): number {
    const { figures, unitMs } = this.#block;
    return (figures[this.#at + place] as number) * unitMs;
  }
}

/** Where the figures of a hop are among those of its request: the same for all that are alike. */
export const PLACE_OF = {
  offsetMs: (_: HopLayout, hop: number) => FIGURES * hop,
  inclusiveMs: (_: HopLayout, hop: number) => FIGURES * hop + 1,
  selfMs: (_: HopLayout, hop: number) => FIGURES * hop + 2,
  /** Of a hop that is split. */
  networkMs: (layout: HopLayout, hop: number) => placeOfSplit(layout, hop),
  platformMs: (layout: HopLayout, hop: number) => placeOfSplit(layout, hop) + 1,
} as const;
export type Figure = keyof typeof PLACE_OF;

const placeOfSplit = (layout: HopLayout, hop: number): number =>
  FIGURES * layout.length +
  FIGURES_OF_SPLIT * layout.slice(0, hop).filter(({ isSplit }) => isSplit).length;

const BLOCK = 65_536;
/** The figures of one request, before it is known in which block they lie. */
const taken: number[] = [];

/** Packs the samples of requests, one request after another. */
export function createHopPacker(blockLength = BLOCK) {
  const layoutOf = createLayouts();
  const onGrid = createBlocks((length) => new Int32Array(length), GRID_MS, blockLength);
  const any = createBlocks((length) => new Float64Array(length), 1, blockLength);

  return (samples: readonly HopSample[]): RequestHops => {
    const layout = layoutOf(samples);
    let length = FIGURES * samples.length;
    let isOnGrid = true;
    const take = (at: number, ms: number) => {
      taken[at] = ms;
      const units = ms / GRID_MS;
      isOnGrid &&= (units | 0) === units;
    };
    for (let place = 0; place < samples.length; place += 1) {
      const { offsetMs, inclusiveMs, selfMs, split } = samples[place] as HopSample;
      take(FIGURES * place, offsetMs);
      take(FIGURES * place + 1, inclusiveMs);
      take(FIGURES * place + 2, selfMs);
      if (split === null) continue;
      take(length, split.networkMs);
      take(length + 1, split.platformMs);
      length += FIGURES_OF_SPLIT;
    }
    const { block, at } = (isOnGrid ? onGrid : any).put(length);
    return new RequestHops(layout, block, at);
  };
}

/** Blocks of figures, filled one after another. */
function createBlocks(
  create: (length: number) => Block['figures'],
  unitMs: number,
  blockLength: number,
) {
  let block: Block = { figures: create(0), unitMs };
  let filled = 0;
  return {
    /** So many of those that are taken. */
    put(length: number): Readonly<{ block: Block; at: number }> {
      if (filled + length > block.figures.length) {
        block = { figures: create(Math.max(blockLength, length)), unitMs };
        filled = 0;
      }
      const { figures } = block;
      const at = filled;
      for (let place = 0; place < length; place += 1) {
        figures[at + place] = (taken[place] as number) / unitMs;
      }
      filled += length;
      return { block, at };
    },
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
