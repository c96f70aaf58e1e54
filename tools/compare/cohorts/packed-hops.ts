import { type HopSample, interned } from './hop-samples.ts';

/** What the samples of many requests have in common. */
type Shape = Omit<HopSample, 'offsetMs' | 'inclusiveMs' | 'selfMs' | 'split'>;

const FIGURES = 5;
const SAMPLES_PER_BLOCK = 8_192;
/** Of a gap that is not split. */
const NONE = Number.NaN;

/**
 * A sample whose figures lie in a block with those of others: a million spans leave as many samples,
 * and as plain objects they would take more than everything else together.
 */
class PackedHop implements HopSample {
  readonly #shape: Shape;
  readonly #block: Float64Array;
  readonly #at: number;

  constructor(shape: Shape, block: Float64Array, at: number) {
    this.#shape = shape;
    this.#block = block;
    this.#at = at;
  }

  get path() {
    return this.#shape.path;
  }
  get service() {
    return this.#shape.service;
  }
  get name() {
    return this.#shape.name;
  }
  get depth() {
    return this.#shape.depth;
  }
  get measure() {
    return this.#shape.measure;
  }
  get siblings() {
    return this.#shape.siblings;
  }
  get deeper() {
    return this.#shape.deeper;
  }
  get stopped() {
    return this.#shape.stopped;
  }
  get offsetMs() {
    return this.#block[this.#at] as number;
  }
  get inclusiveMs() {
    return this.#block[this.#at + 1] as number;
  }
  get selfMs() {
    return this.#block[this.#at + 2] as number;
  }
  get split() {
    const networkMs = this.#block[this.#at + 3] as number;
    if (Number.isNaN(networkMs)) return null;
    return { networkMs, platformMs: this.#block[this.#at + 4] as number };
  }
}

/** Packs the samples of requests, one after another. */
export function createHopPacker() {
  const shapesOf = new Map<string, Shape[]>();
  let shapes = 0;
  let block = new Float64Array(FIGURES * SAMPLES_PER_BLOCK);
  let filled = 0;

  function shapeOf(sample: HopSample): Shape {
    const ofPath = shapesOf.get(sample.path) ?? [];
    for (const known of ofPath) if (isAlike(known, sample)) return known;
    const { path, service, name, depth, measure, siblings, deeper, stopped } = sample;
    const shape = { path: interned(path), service: interned(service), name: interned(name) };
    const made: Shape = { ...shape, depth, measure, siblings, deeper, stopped };
    if (shapes < MOST_SHAPES && ofPath.length < MOST_OF_PATH) {
      shapesOf.set(path, ofPath);
      ofPath.push(made);
      shapes += 1;
    }
    return made;
  }

  function pack(sample: HopSample): HopSample {
    if (filled === block.length) {
      block = new Float64Array(FIGURES * SAMPLES_PER_BLOCK);
      filled = 0;
    }
    const at = filled;
    filled += FIGURES;
    block[at] = sample.offsetMs;
    block[at + 1] = sample.inclusiveMs;
    block[at + 2] = sample.selfMs;
    block[at + 3] = sample.split?.networkMs ?? NONE;
    block[at + 4] = sample.split?.platformMs ?? NONE;
    return new PackedHop(shapeOf(sample), block, at);
  }

  return (samples: readonly HopSample[]): readonly HopSample[] => samples.map(pack);
}

/** The path ends with service and name, and either may hold what stands between the two. */
const isAlike = (one: Shape, other: Shape): boolean =>
  one.depth === other.depth &&
  one.measure === other.measure &&
  one.siblings === other.siblings &&
  one.deeper === other.deeper &&
  one.stopped === other.stopped &&
  one.service === other.service &&
  one.name === other.name;

/** Names come from outside: past the bound a sample merely has its own. */
const MOST_SHAPES = 10_000;
/** They are gone through one by one. */
const MOST_OF_PATH = 64;
