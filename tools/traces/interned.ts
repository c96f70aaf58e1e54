/** Names come from outside: past this bound a name merely takes its own memory. */
const MOST = 10_000;
const shared = new Map<string, string>();

/** One copy of each text that very many spans share. */
export function interned(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size < MOST) shared.set(text, text);
  return text;
}
