/**
 * Mulberry32, a 32-bit generator whose neighbouring seeds give unrelated sequences: seeds are
 * consecutive minutes here. Good enough to choose queries and for simulations, and never to be used
 * for secrets.
 */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
