import type { Content } from './object-content.ts';

/**
 * Frees the memory of a content at once. Nobody may read it afterwards: its pieces, and what was cut
 * from them, are then empty.
 *
 * V8 would free it with its next complete collection, and counts these bytes towards that: at 5 MB a
 * query it collects everything three times in four queries, and with this less than twice.
 *
 * A piece that shares its memory with others, as small ones of Node.js do, is left to V8.
 */
export function freeMemory(content: Content): void {
  for (const { buffer, byteLength } of content) {
    const isAlone = buffer.byteLength === byteLength && byteLength > 0;
    if (isAlone && buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}
