import { openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createTemporaryFolder } from '../../temporary-folder.ts';

/** So many entries are one block, of a megabyte. */
const ENTRIES = 65_536;
const BYTES_OF_ENTRY = 16;
/** Of two million spans; the other blocks are on disk. */
const MOST_IN_MEMORY = 32;

/** Of each span where it is in its file, how long it is, and its trace. */
export type EntryBlock = Readonly<{ at: Float64Array; length: Uint32Array; trace: Uint32Array }>;

export type Entries = ReturnType<typeof createEntries>;

/**
 * The entries of all spans, 16 bytes each, in the order in which they are added and only read. Beyond
 * 32 MB they lie in a temporary file.
 */
export function createEntries(mostInMemory = MOST_IN_MEMORY) {
  const inMemory: ArrayBuffer[] = [];
  let file: number | undefined;
  let onDisk = 0;
  let open = viewOf(new ArrayBuffer(ENTRIES * BYTES_OF_ENTRY));
  let filled = 0;

  function close(): void {
    if (inMemory.length < mostInMemory) inMemory.push(open.buffer);
    else {
      file ??= openSync(join(createTemporaryFolder(), 'entries'), 'wx+', 0o600);
      writeAll(file, new Uint8Array(open.buffer), onDisk);
      onDisk += 1;
    }
    open = viewOf(
      inMemory.at(-1) === open.buffer ? new ArrayBuffer(ENTRIES * BYTES_OF_ENTRY) : open.buffer,
    );
    filled = 0;
  }

  return {
    size: () => (inMemory.length + onDisk) * ENTRIES + filled,
    add(at: number, length: number, trace: number): void {
      if (filled === ENTRIES) close();
      open.at[filled] = at;
      open.length[filled] = length;
      open.trace[filled] = trace;
      filled += 1;
    },
    /** A block is good until the next one is asked for. */
    *blocks(): Generator<EntryBlock> {
      for (const buffer of inMemory) yield viewOf(buffer);
      const buffer = new ArrayBuffer(onDisk === 0 ? 0 : ENTRIES * BYTES_OF_ENTRY);
      for (let block = 0; block < onDisk; block += 1) {
        readAll(file as number, new Uint8Array(buffer), block);
        yield viewOf(buffer);
      }
      const { at, length, trace } = open;
      yield {
        at: at.subarray(0, filled),
        length: length.subarray(0, filled),
        trace: trace.subarray(0, filled),
      };
    },
  };
}

const viewOf = (buffer: ArrayBuffer) => ({
  buffer,
  at: new Float64Array(buffer, 0, ENTRIES),
  length: new Uint32Array(buffer, 8 * ENTRIES, ENTRIES),
  trace: new Uint32Array(buffer, 12 * ENTRIES, ENTRIES),
});

function writeAll(file: number, bytes: Uint8Array, block: number): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(file, bytes, at, bytes.length - at, block * bytes.length + at);
  }
}

function readAll(file: number, bytes: Uint8Array, block: number): void {
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(file, bytes, at, bytes.length - at, block * bytes.length + at);
    if (read === 0) throw new Error('the temporary file with the places of spans became shorter');
    at += read;
  }
}
