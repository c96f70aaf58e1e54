/**
 * One copy of each string that all records share. Bounded, since names come from outside: past the
 * bound a name merely takes its own memory.
 */
const MOST_INTERNED = 10_000;
const shared = new Map<string, string>();
export function interned(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size < MOST_INTERNED) shared.set(text, text);
  return text;
}
