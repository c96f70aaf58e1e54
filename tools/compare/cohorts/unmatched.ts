import type { NormalisedTrace } from '../../traces/normalise.ts';
import type { Sides } from './cohort.ts';
import { type Cohort, inWindow } from './cohort.ts';

const SIDES = ['a', 'b'] as const;

/** A label may have another value in every trace. */
const MOST_VALUES = 8;

/** Which values a filter's labels do have, for whoever mistyped one: only these few are kept. */
export function createFilterTally(cohorts: Sides<Cohort>) {
  const tallies = { a: tallyOf(cohorts.a), b: tallyOf(cohorts.b) };
  return {
    see(tree: NormalisedTrace, matching: readonly ('a' | 'b')[]): void {
      for (const side of SIDES) tallies[side].see(tree, matching.includes(side));
    },
    /** For each cohort whose filter no trace matches, why, in a sentence. */
    unmatched(): readonly string[] {
      return [...new Set(SIDES.flatMap((side) => tallies[side].reason() ?? []))];
    },
  };
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
