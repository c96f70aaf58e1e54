import type { NormalisedTrace } from '../../traces/normalise.ts';
import { type Cohort, inWindow, isChosen, SIDES, type Side, type Sides } from './cohort.ts';

/** A label may have another value in every trace. */
const MOST_VALUES = 8;

/** Which values a filter's labels do have, for whoever mistyped one: only these few are kept. */
export function createFilterTally(cohorts: Sides<Cohort>) {
  const tallies = { a: tallyOf(cohorts.a), b: tallyOf(cohorts.b) };
  return {
    /** `asked`: the cohorts that it may belong to, by its file. */
    see(
      tree: NormalisedTrace,
      { asked = SIDES, matching }: { asked?: readonly Side[]; matching: readonly Side[] },
    ): void {
      for (const side of asked) tallies[side].see(tree, matching.includes(side));
    },
    /** For each cohort whose filter no trace matches, why, in a sentence. */
    unmatched(): readonly string[] {
      return [...new Set(SIDES.flatMap((side) => tallies[side].reason() ?? []))];
    },
  };
}

/** Of another system somebody has to say what to compare; null where somebody does. */
export function whyNotChosen({ a, b }: Sides<Cohort>): readonly string[] | null {
  if (isChosen(a) && isChosen(b)) return null;
  const [given, missing] = isChosen(a) ? ['A', 'B'] : ['B', 'A'];
  const none = !isChosen(a) && !isChosen(b);
  return [
    none
      ? 'These are the traces of another system: say which two sets of them to compare.'
      : `These are the traces of another system: ${given} is given, ${missing} is missing.`,
    'Give two filters (--a KEY=VALUE --b KEY=VALUE), two files (--from-a FILE --from-b FILE), or two ' +
      'windows (--a-until TIME --b-since TIME).',
  ];
}

function tallyOf(cohort: Cohort) {
  const labels = cohort.pairs.map(({ key, value }) => ({
    ...{ key, value, occurs: false, more: false },
    values: new Set<string>(),
  }));
  let read = 0;
  let inside = 0;
  let matched = false;
  return {
    see(tree: NormalisedTrace, matches: boolean): void {
      read += 1;
      matched ||= matches;
      if (matched || !inWindow(tree, cohort)) return;
      inside += 1;
      for (const { frontEnd, span } of tree.nodes) {
        if (frontEnd) continue;
        for (const label of labels) {
          const value = span.attributes[label.key];
          if (value === undefined) continue;
          label.occurs ||= value === label.value;
          if (label.values.size < MOST_VALUES) label.values.add(value);
          else label.more ||= !label.values.has(value);
        }
      }
    },
    reason(): string | null {
      // Of no trace at all, the warnings say what to do.
      if (matched || read === 0) return null;
      if (inside === 0) return `No trace that was read lies in the window of ${cohort.label}.`;
      const missing = labels.filter(({ occurs }) => !occurs);
      if (missing.length === 0) return `No trace matches all of ${cohort.filter}.`;
      return missing
        .map(({ key, value, values, more }) => {
          const known = [...values].sort().join(', ');
          const others =
            values.size === 0
              ? `no span has the label ${key}`
              : `the values of ${key} are ${known}${more ? ' and more' : ''}`;
          return `No trace matches ${key}=${value}: ${others}.`;
        })
        .join(' ');
    },
  };
}
