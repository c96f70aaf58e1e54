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
  const shapes = new Map<string, Shape>();
  let block = new Float64Array(FIGURES * SAMPLES_PER_BLOCK);
  let filled = 0;

  function shapeOf(sample: HopSample): Shape {
    const { path, service, name, depth, measure, siblings, deeper, stopped } = sample;
    const key = `${depth} ${measure} ${siblings} ${deeper} ${stopped} ${path}`;
    const known = shapes.get(key);
    // The path ends with service and name, and either may hold what stands between the two.
    if (known !== undefined && known.service === service && known.name === name) return known;
    const shape = { path: interned(path), service: interned(service), name: interned(name) };
    const made: Shape = { ...shape, depth, measure, siblings, deeper, stopped };
    if (shapes.size < MOST_SHAPES) shapes.set(key, made);
    return made;
  }

  return (samples: readonly HopSample[]): readonly HopSample[] =>
    samples.map((sample) => {
      if (filled === block.length) {
        block = new Float64Array(FIGURES * SAMPLES_PER_BLOCK);
        filled = 0;
      }
      const { offsetMs, inclusiveMs, selfMs, split } = sample;
      const at = filled;
      block.set(
        [offsetMs, inclusiveMs, selfMs, split?.networkMs ?? NONE, split?.platformMs ?? NONE],
        at,
      );
      filled += FIGURES;
      return new PackedHop(shapeOf(sample), block, at);
    });
}

/** Names come from outside: past the bound a sample merely has its own. */
const MOST_SHAPES = 10_000;
