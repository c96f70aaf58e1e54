import { counted } from '../../cli/format.ts';
import type { FoldedNames } from '../../traces/profile/name-tally.ts';

const MOST_SERVICES = 3;
const MOST_EXAMPLES = 2;

/** The services that have too many names although they are folded; null where none has. */
export function tooManyNames(folded: FoldedNames | null): string | null {
  if (folded === null || folded.tooMany.length === 0) return null;
  const atLeast = folded.more ? 'at least ' : '';
  return folded.tooMany
    .slice(0, MOST_SERVICES)
    .map(
      ({ service, names, example }) =>
        `${service} has ${atLeast}${names} span names, such as ${example}`,
    )
    .join('; ');
}

/** What folding did to names, in a sentence; nothing where it did nothing. */
export function foldedText(folded: FoldedNames | null): readonly string[] {
  if (folded === null || folded.names === 0) return [];
  const { names, into, more, examples } = folded;
  const shown = examples
    .slice(0, MOST_EXAMPLES)
    .map(({ from, name, names: count }) => `${from} → ${name} (${counted(count, 'name')})`);
  const amount = `${more ? 'At least ' : ''}${counted(names, 'span name')}`;
  const are = names === 1 ? 'is' : 'are';
  return [`${amount} with ids ${are} folded into ${into}: ${shown.join(', ')}.`];
}
