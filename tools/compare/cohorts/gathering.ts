import { createDeviationTally, type Deviation } from '../../traces/deviation.ts';
import { createIdNumbers } from '../../traces/id-numbers.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { createNameTally, type FoldedNames } from '../../traces/profile/name-tally.ts';
import type { Profile, Reading } from '../../traces/profile/profile.ts';
import { deviationsOf } from '../../traces/tree-deviations.ts';
import { type Cohort, cohortsOf, matchesCohort, SIDES, type Side, type Sides } from './cohort.ts';
import { createColdWaiters } from './cold-waiters.ts';
import { type ConfigurationDifference, createConfigurationTally } from './configuration.ts';
import { IDENTITY_DIGITS, identityOf } from './identity.ts';
import { createLabelTally, type LabelChoice } from './label-choices.ts';
import { createHopPacker } from './packed-hops.ts';
import type { PackedRecord } from './packed-record.ts';
import { createRecords } from './packed-records.ts';
import { type RequestRecord, recordRequest } from './request-record.ts';
import { createSeen } from './seen.ts';
import { createFilterTally, whyNotChosen } from './unmatched.ts';

/** What is left of the traces once all are read. */
export type Collection = Readonly<{
  profile: Profile;
  /** How their trees were built. */
  reading: Reading;
  /** The attribute that names pairs; null where nobody gave one. */
  pairBy: string | null;
  cohorts: Sides<Cohort>;
  records: Sides<readonly RequestRecord[]>;
  /** Requests that failed outside of the slices of a sample: no other figure counts them. */
  outside: Sides<readonly RequestRecord[]>;
  /** Whether its run has ended, so that its number of requests is known. */
  hasEnded: (record: RequestRecord) => boolean;
  inBothCohorts: number;
  /** Requests of another system whose traces have roots beside theirs. */
  severalRoots: Sides<number>;
  stillArriving: number;
  /** Why no trace matches a cohort's filter, in a sentence for each. */
  unmatched: readonly string[];
  /** Labels to choose two cohorts by, where nothing says which are meant; else empty. */
  choices: readonly LabelChoice[];
  configuration: readonly ConfigurationDifference[];
  /** Every sampler that some span states. */
  samplers: readonly string[];
  /** What deviates in the trees of these traces. */
  deviations: readonly Deviation[];
  /** Names that differ from request to request; null where none is folded. */
  foldedNames: FoldedNames | null;
}>;

/**
 * A tree as it comes. `fresh`: more of it may come. `side`: the cohort that its file is of.
 * `isInSample`: false where it was read because something in it failed.
 */
export type Coming = Readonly<{ fresh: boolean; side: Side | null; isInSample: boolean }>;

/** Takes the trees of one profile and keeps of each request only its record. */
export function createGathering(
  profile: Profile,
  options: Readonly<{ cohorts: Sides<Cohort>; reading: Reading; pairBy: string | null }>,
) {
  const cohorts = cohortsOf(profile, options.cohorts);
  const notChosen = whyNotChosen(cohorts);
  const identities = createIdNumbers(IDENTITY_DIGITS);
  const collected = { a: createRecords(identities), b: createRecords(identities) };
  const outside: Sides<RequestRecord[]> = { a: [], b: [] };
  const filters = createFilterTally(cohorts);
  const labels = createLabelTally();
  const configuration = createConfigurationTally(profile);
  const deviations = createDeviationTally();
  const names = profile === 'general' ? createNameTally() : null;
  const seen = { a: createSeen(), b: createSeen() };
  const packHops = createHopPacker();
  const arriving = new Set<number>();
  const unfinishedMinutes = new Set<string>();
  const waiters = createColdWaiters();
  const severalRoots = { a: 0, b: 0 };
  let inBothCohorts = 0;
  let any = false;

  function matchingSides(tree: NormalisedTrace, side: Side | null): readonly Side[] {
    if (notChosen !== null) {
      labels.see(tree);
      return [];
    }
    const asked = side === null ? SIDES : [side];
    const matching = asked.filter((one) => matchesCohort(tree, cohorts[one]));
    filters.see(tree, { asked, matching });
    return matching;
  }

  function marked(records: readonly PackedRecord[]): readonly RequestRecord[] {
    for (const record of records) record.setWaited(waiters.hasWaited(record));
    return records;
  }

  /** Cohorts whose every request is one of the other as well. */
  function onlyInBoth({ a, b }: Collection['records']): readonly string[] {
    const [empty, other] = b.length === 0 ? (['b', 'a'] as const) : (['a', 'b'] as const);
    if (inBothCohorts === 0 || Math.min(a.length, b.length) + outside[empty].length > 0) return [];
    return [
      `Every request of ${cohorts[empty].label} also belongs to ${cohorts[other].label}, and counts for neither: choose filters or windows that do not overlap.`,
    ];
  }

  return {
    add(tree: NormalisedTrace, { fresh, side: ofFile, isInSample }: Coming): void {
      any = true;
      waiters.see(tree);
      const identity = identities.numberOf(
        identityOf(tree.traceId, tree.root?.span.spanId ?? null),
      );
      // Two files may be the same one, to see that nothing differs.
      const known = seen[ofFile ?? 'a'];
      if (known.has(identity)) return;
      const matching = matchingSides(tree, ofFile);
      const [side] = matching;
      const record =
        side === undefined ? null : recordRequest(tree, { pack: packHops, pairBy: options.pairBy });
      if (!isInSample) {
        if (side === undefined || matching.length > 1 || !hasFailed(record)) return;
        known.add(identity);
        outside[side].push(record);
        return;
      }
      if (fresh && record !== null) {
        // The run may still go on, so its number of requests is not known, nor its partner's.
        if (record.scheduledMinute !== null) unfinishedMinutes.add(record.scheduledMinute);
        if (!record.whole) {
          arriving.add(identity);
          return;
        }
      }
      known.add(identity);
      arriving.delete(identity);
      for (const deviation of deviationsOf(tree)) deviations.add(deviation);
      if (side === undefined || record === null) return;
      if (matching.length > 1) {
        inBothCohorts += 1;
        return;
      }
      collected[side].add(record, identity);
      if (profile === 'general' && tree.surplusRoots.length > 0) severalRoots[side] += 1;
      configuration.add(side, tree);
      names?.see(tree);
    },
    hasAny: () => any,
    collection(): Collection {
      const records = { a: marked(collected.a.all()), b: marked(collected.b.all()) };
      return {
        profile,
        reading: options.reading,
        pairBy: options.pairBy,
        cohorts,
        records,
        outside,
        hasEnded: ({ scheduledMinute }) => !unfinishedMinutes.has(scheduledMinute ?? ''),
        inBothCohorts,
        severalRoots,
        stillArriving: arriving.size,
        unmatched:
          notChosen === null
            ? [...filters.unmatched(), ...onlyInBoth(records)]
            : [...notChosen, labels.sentence()],
        choices: labels.choices(),
        configuration: configuration.differences(cohorts),
        samplers: configuration.samplers(),
        deviations: deviations.all(),
        foldedNames: names?.report() ?? null,
      };
    },
  };
}

const hasFailed = (record: RequestRecord | null): record is RequestRecord =>
  record !== null && (record.error !== null || record.wrongCount);
