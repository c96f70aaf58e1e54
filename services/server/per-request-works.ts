import { type ByteAccount, createByteAccount, type Lease } from './byte-account.ts';
import { freeMemory } from './content-memory.ts';
import type { ObjectRef } from './listing.ts';
import { memoryFor, memoryToRead } from './load-room.ts';
import type { Content } from './object-content.ts';
import type { ObjectStore } from './objects.ts';
import { toWorkForOnce } from './work.ts';
import { loadSnapshot, type Works } from './works.ts';

/**
 * Reads the works again for every request, as the codelab does. Each reserves the memory for its
 * listing before it reads, waits for that, and has it until it has searched.
 */
export function createWorksPerRequest(
  store: ObjectStore,
  memory: ByteAccount = createByteAccount(memoryFor(store.limits)),
): Works {
  let lengths: ReadonlyMap<string, number> = new Map();
  const key = ({ name, generation }: { name: string; generation: string }) =>
    `${generation}/${name}`;

  // How long a compressed text is, the listing does not say. Until it has been read once, its load
  // takes all the memory, so that it can grow while nobody else has any.
  const memoryOf = (ref: ObjectRef) => {
    if (!ref.gzip) return memoryToRead(ref);
    const length = lengths.get(key(ref));
    return length === undefined ? memory.totalBytes : memoryToRead(ref, length);
  };

  return {
    async read(signal, terms) {
      let lease: Lease | undefined;
      const contents: Content[] = [];
      const snapshot = await loadSnapshot(store, new Map(), signal, {
        terms,
        prepare(ref, content) {
          contents.push(content);
          return toWorkForOnce(ref, content);
        },
        async reserve(refs, signal) {
          const needed = () => refs.reduce((total, ref) => total + memoryOf(ref), 0);
          lease = await memory.reserve(needed, signal);
          return lease;
        },
      });
      lengths = new Map(snapshot.works.map((work) => [key(work), work.textBytes]));
      const release = () => {
        for (const content of contents) freeMemory(content);
        lease?.release();
      };
      return { snapshot, source: 'loaded', release };
    },
    close: () => store.close(),
  };
}
