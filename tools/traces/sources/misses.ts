const MOST_MISSES = 64;
/** Every so many it looks again. */
const PAUSE = 256;

/**
 * Counts how often in a row what came at a place was new, so that nobody keeps, or looks for, what never
 * comes again: the labels of a request's root, as a rule.
 */
export class Misses {
  readonly #inRow: number[] = [];

  /** To be asked before each look: most looks at a place that is hopeless are left out. */
  isHopeless(place: number): boolean {
    const count = this.#inRow[place] ?? 0;
    if (count < MOST_MISSES) return false;
    this.#inRow[place] = count < MOST_MISSES + PAUSE ? count + 1 : MOST_MISSES - 1;
    return true;
  }

  see(place: number, isNew: boolean): void {
    this.#inRow[place] = isNew ? (this.#inRow[place] ?? 0) + 1 : 0;
  }
}
