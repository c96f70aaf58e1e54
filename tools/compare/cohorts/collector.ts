import { isFresh, isRequest } from '../../traces/completeness.ts';
import type { Trace } from '../../traces/model.ts';
import { requestsOf } from '../../traces/normalise.ts';
import { BY_ATTRIBUTES, type Profile, type Reading } from '../../traces/profile/profile.ts';
import { rootText } from '../../traces/profile/root-pattern.ts';
import type { Cohort, Side, Sides } from './cohort.ts';
import { type Collection, createGathering } from './gathering.ts';

export type { Collection } from './gathering.ts';

export type Collecting = Readonly<{
  reading?: Reading;
  /** The attribute whose value a request of one cohort shares with its partner in the other. */
  pairBy?: string | null;
}>;

/**
 * Takes traces one at a time and keeps of each request only its record. One comparison is of one
 * profile: what is read of other systems beside requests of this one is left out, as it is no request
 * of the load generator.
 */
export function createCollector(
  cohorts: Sides<Cohort>,
  { reading = BY_ATTRIBUTES, pairBy = null }: Collecting = {},
) {
  const gatheringOf = (profile: Profile) => createGathering(profile, { cohorts, reading, pairBy });
  const own = gatheringOf('shakesapp');
  let other: typeof own | null = gatheringOf('general');
  let ofThisSystem = reading.profile === 'shakesapp';
  let traces = 0;

  return {
    /**
     * `readAtMs`: when it was read; null where nothing of it can come any more. `side`: the cohort
     * that its file is of, where each has its own files. `isInSample`: false where it was read
     * because something in it failed.
     */
    add(
      trace: Trace,
      readAtMs: number | null,
      {
        side = null,
        isInSample = true,
      }: Readonly<{ side?: Side | null; isInSample?: boolean }> = {},
    ): void {
      traces += 1;
      const fresh = readAtMs !== null && isFresh(trace, readAtMs);
      for (const tree of requestsOf(trace, reading)) {
        if (tree.profile === 'shakesapp') {
          own.add(tree, { fresh, side, isInSample });
          if (isRequest(tree)) [ofThisSystem, other] = [true, null];
        } else other?.add(tree, { fresh, side, isInSample });
      }
    },
    collection: (): Collection => {
      const isGeneral =
        reading.profile === 'general' || (!ofThisSystem && other?.hasAny() === true);
      const gathering = isGeneral && other !== null ? other : own;
      const collection = gathering.collection();
      const { root } = reading;
      if (root === null || traces === 0 || gathering.hasAny()) return collection;
      return {
        ...collection,
        unmatched: [
          `No span matches --root '${rootText(root)}': give the service and the name as the spans have them.`,
        ],
      };
    },
  };
}
