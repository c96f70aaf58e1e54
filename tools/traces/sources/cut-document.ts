import { BACKSLASH, closes, OPEN_BRACE, opens, QUOTE } from './json-characters.ts';

/**
 * What is left of a JSON document that was cut off: all up to the last element that ended of a list
 * with one of these names, with the brackets closed that are open there. null where none had ended.
 *
 *     {"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[{"name":"a"},{"na
 *                                                                         ↑     ↑
 *                                                      ]}]}]} comes here, not here
 *
 * An element counts as ended only by its own bracket, so no half of a value is ever read.
 */
export function closeCut(text: string, lists: ReadonlySet<string>): string | null {
  /** The brackets that are open, each with the name of the member that it is the value of. */
  const open: { close: '}' | ']'; name: string }[] = [];
  let name = '';
  let end = -1;
  let closing = '';
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const from = at + 1;
      at = endOfString(text, from);
      // Only the name of a member stands before a bracket; no name that is asked for is long.
      if (at - from <= LONGEST_NAME) name = text.slice(from, at);
    } else if (opens(code)) {
      open.push({ close: code === OPEN_BRACE ? '}' : ']', name });
      name = '';
    } else if (closes(code)) {
      open.pop();
      const around = open.at(-1);
      name = '';
      if (around?.close !== ']' || !lists.has(around.name)) continue;
      end = at + 1;
      closing = open
        .map(({ close }) => close)
        .reverse()
        .join('');
    }
  }
  return end < 0 ? null : text.slice(0, end) + closing;
}

const LONGEST_NAME = 100;

/** Where the string ends whose first character this is; behind the text where it does not. */
function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) {
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  return at;
}
