import type { Trace } from '../traces/model.ts';
import type { NormalisedTrace } from '../traces/normalise.ts';
import { hasShape, type Shape, shapeOf } from './shape.ts';
import { MOST_PLACES } from './sightings.ts';

/** With as many spans: programs send theirs in one order or another. */
const MOST_OF_LENGTH = 16;
/** After so many traces in a row without a known shape it does not look at the next ones. */
const MOST_MISSES = 256;
const PAUSE = 2_048;

export type Known<T> = { readonly shape: Shape; readonly verdict: T; seen: number };

/**
 * The shapes of traces, each with what was said of the first one that has it. A program makes the same
 * few again and again, so that as a rule a trace need not be made a tree again. `fewest`: so many of
 * each are looked at, by which time rules list no more places.
 */
export function createKnownShapes<T>(fewest = MOST_PLACES) {
  const byLength = new Map<number, Known<T>[]>();
  let misses = 0;

  return {
    /** Counts the trace. */
    find({ spans }: Trace): Known<T> | null {
      misses = misses > PAUSE ? 0 : misses + 1;
      if (misses > MOST_MISSES) return null;
      const some = byLength.get(spans.length) ?? [];
      const at = some.findIndex(({ shape }) => hasShape(shape, spans));
      const found = some[at];
      if (found === undefined) return null;
      misses = 0;
      found.seen += 1;
      // The most frequent ones come first.
      const before = some[at - 1];
      if (before !== undefined && before.seen < found.seen)
        [some[at - 1], some[at]] = [found, before];
      return found;
    },
    isSettled: ({ seen }: Known<T>): boolean => seen > fewest,
    add(trace: Trace, tree: NormalisedTrace, verdict: T): void {
      const shape = misses > MOST_MISSES ? null : shapeOf(trace, tree);
      if (shape === null) return;
      const some = byLength.get(trace.spans.length) ?? [];
      byLength.set(trace.spans.length, some);
      // The last one is the least frequent.
      if (some.length >= MOST_OF_LENGTH) some.pop();
      some.push({ shape, verdict, seen: 1 });
    },
  };
}
