/** What is short is kept in blocks of this size. */
const BLOCK_BYTES = 64 * 1024;
const SHORT_BYTES = 4 * 1024;

/**
 * Cuts short buffers out of blocks. Spans may wait for minutes: in node's own pool each would hold a
 * block of 64 KiB that is full of what others have long forgotten, several times the memory of the spans.
 */
export class BufferBlocks {
  #block = Buffer.alloc(0);
  #used = 0;

  take(size: number): Buffer {
    if (size > SHORT_BYTES) return Buffer.allocUnsafeSlow(size);
    if (this.#used + size > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += size;
    return this.#block.subarray(start, this.#used);
  }
}
