import { createByteBudget } from './byte-budget.ts';
import type { ObjectRef } from './listing.ts';
import type { ObjectStore } from './objects.ts';
import { loadSnapshot, type Reserve, type Works } from './works.ts';

/**
 * Reads the works again for every request, as the codelab does. All requests together hold no more
 * text than one may: each reserves the size of its listing before it reads, and waits for that.
 */
export function createWorksPerRequest(store: ObjectStore): Works {
  const budget = createByteBudget(store.limits.bytes);
  let lengths: ReadonlyMap<string, number> = new Map();
  const key = ({ name, generation }: { name: string; generation: string }) =>
    `${generation}/${name}`;

  // How long a compressed text is, the listing does not say. Until it has been read once, its load
  // takes the most that there may be.
  const lengthOf = (ref: ObjectRef) =>
    ref.gzip ? (lengths.get(key(ref)) ?? store.limits.bytes) : ref.size;
  const reserve: Reserve = (refs, signal) =>
    budget.reserve(() => refs.reduce((total, ref) => total + lengthOf(ref), 0), signal);

  return {
    async read(signal, terms) {
      const snapshot = await loadSnapshot(store, new Map(), signal, {
        reserve,
        ...(terms ? { terms } : {}),
      });
      lengths = new Map(snapshot.works.map((work) => [key(work), work.loweredText.length]));
      return { snapshot, source: 'loaded' };
    },
    close: () => store.close(),
  };
}
