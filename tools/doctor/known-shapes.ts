import type { Trace } from '../traces/model.ts';
import type { NormalisedTrace } from '../traces/normalise.ts';
import { rootByShape, type Shape, shapeOf } from './shape.ts';
import { MOST_PLACES } from './sightings.ts';

/** With as many spans. */
const MOST_OF_LENGTH = 8;
/** A shape keeps its place until so many others of its length came without it. */
const PATIENCE = 64;
/** After so many traces in a row without a known shape it does not look at the next ones. */
const MOST_MISSES = 256;
const PAUSE = 2_048;

/**
 * `startMs`: of the root of the trace that was found last. `others`: how many of its length came since
 * then for which there was no place.
 */
export type Known<T> = {
  readonly shape: Shape;
  readonly verdict: T;
  seen: number;
  others: number;
  startMs: number;
};

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
      for (let at = 0; at < some.length; at += 1) {
        const known = some[at] as Known<T>;
        const root = rootByShape(known.shape, spans);
        if (root === null) continue;
        misses = 0;
        known.seen += 1;
        known.others = 0;
        known.startMs = root.startMs;
        // The most frequent ones come first.
        const before = some[at - 1];
        if (before !== undefined && before.seen < known.seen) {
          [some[at - 1], some[at]] = [known, before];
        }
        return known;
      }
      return null;
    },
    isSettled: ({ seen }: Known<T>): boolean => seen > fewest,
    add(trace: Trace, tree: NormalisedTrace, verdict: T): void {
      const shape = misses > MOST_MISSES ? null : shapeOf(trace, tree);
      if (shape === null) return;
      const some = byLength.get(trace.spans.length) ?? [];
      byLength.set(trace.spans.length, some);
      if (some.length >= MOST_OF_LENGTH) {
        for (const known of some) known.others += 1;
        // A frequent one stays; one that comes no more, such as that of an earlier version, goes.
        const gone = some.findIndex(({ others }) => others > PATIENCE);
        if (gone < 0) return;
        some.splice(gone, 1);
      }
      some.push({ shape, verdict, seen: 1, others: 0, startMs: tree.startMs });
    },
  };
}
