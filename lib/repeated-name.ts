/**
 * The first name that an object without nested ones has twice in its JSON text, where JSON.parse takes
 * the last value silently. Only for a text that is known to be JSON, and whose values hold no
 * quotation mark.
 */
export function repeatedName(json: string): string | undefined {
  const names = [...json.matchAll(/("(?:[^"\\]|\\.)*")\s*:/g)].map(([, name = '']) =>
    JSON.parse(name),
  );
  return names.find((name, at) => names.indexOf(name) !== at);
}
