import { createWaterfall, type Waterfall } from '../traces/waterfall.ts';
import type { Place, Rule, Sightings, Words } from './rule.ts';
import { MOST_PLACES } from './sightings.ts';

export type Finding = Words &
  Readonly<{
    /** The rule's; a rule may make several findings. */
    id: string;
    /** How often it was seen; `sightings` holds the first ones. */
    count: number;
    sightings: readonly Place[];
    /** The first of the traces, drawn; null where a picture shows no more than the words. */
    exemplar: Waterfall | null;
  }>;

/** Undefined where nothing is said otherwise. */
export const generalWordsOf = ({ finding, cause, fix, general }: Rule): Words | undefined =>
  general && { finding, cause, fix, ...general };

/** What has no words yet gets these, where there are any. */
export const withWords = <T extends { words?: Words | undefined }>(
  some: readonly T[],
  words: Words | undefined,
): readonly T[] =>
  words === undefined
    ? some
    : some.map((one) => (one.words === undefined ? { ...one, words } : one));

/** As a rule one; where sightings have their own words, one for each of these. */
export function toFindings(
  { id, ...own }: Rule,
  sightings: readonly Sightings[],
): readonly Finding[] {
  const groups = Map.groupBy(sightings, ({ words = own }) => words.finding);
  return [...groups.values()].flatMap((alike): Finding[] => {
    const [first] = alike;
    if (first === undefined) return [];
    const { finding, cause, fix } = first.words ?? own;
    return [
      {
        ...{ id, finding, cause, fix },
        count: alike.reduce((total, { count }) => total + count, 0),
        sightings: alike.flatMap(({ places }) => places).slice(0, MOST_PLACES),
        exemplar: first.tree === undefined ? null : createWaterfall(first.tree),
      },
    ];
  });
}
