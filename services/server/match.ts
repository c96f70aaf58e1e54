/**
 * A text as it is searched: lowered once when it is read, not once per query.
 *
 * Case-insensitive means equal after String.prototype.toLowerCase, with one exception: it lowers the
 * Greek capital sigma by its place in the word, which would make a query miss its own text.
 */
export function lower(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** A text that is lowered, or the bytes of one in ASCII. */
export type Lowered = string | Buffer;

/**
 * The length of each line of a text, without its line break. LONG stands for that length and any above,
 * so that a line takes one byte.
 */
export type LineLengths = Uint8Array;

const LONG = 255;

/** For the lines of one text; it grows with the longest list of them. */
let scratch = new Uint8Array(4_096);

/** Of each line that ends with '\n', in order. */
export function lineLengths(text: string): LineLengths {
  let lines = 0;
  let from = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
    if (lines === scratch.length) {
      const grown = new Uint8Array(2 * lines);
      grown.set(scratch);
      scratch = grown;
    }
    scratch[lines++] = Math.min(at - from, LONG);
    from = at + 1;
  }
  return scratch.slice(0, lines);
}

/** Where they are not known: the ends of lines are then looked for. */
export const NO_LENGTHS: LineLengths = new Uint8Array();

const lengthsOf = (text: Lowered) => (typeof text === 'string' ? lineLengths(text) : NO_LENGTHS);

/**
 * Number of lines of the lowered text that contain the lowered query, as a literal substring. Where a
 * query is in most lines, half of the time would go into finding the ends of lines: `lengths` has them.
 */
export function countMatchingLines(
  loweredText: Lowered,
  loweredQuery: string,
  lengths: LineLengths = lengthsOf(loweredText),
): number {
  // The empty query matches at every position, and at the end without end.
  if (loweredQuery === '') throw new RangeError('the query must not be empty');
  let matches = 0;
  let line = 0;
  let nextLine = 0;
  let at = loweredText.indexOf(loweredQuery);
  while (at !== -1) {
    matches += 1;
    // One hit settles its line: jump to the next. Lines without a hit are passed on the way, and
    // where no lengths are known that would look for the end of each.
    if (lengths.length === 0) nextLine = endOfLine(loweredText, at);
    for (; nextLine <= at; line += 1) {
      const length = lengths[line] ?? LONG;
      nextLine = length < LONG ? nextLine + length + 1 : endOfLine(loweredText, nextLine);
    }
    at = loweredText.indexOf(loweredQuery, nextLine);
  }
  return matches;
}

/** Behind the line break, or behind the text. */
function endOfLine(text: Lowered, from: number): number {
  const lineEnd = text.indexOf('\n', from);
  return (lineEnd === -1 ? text.length : lineEnd) + 1;
}

/** Number of lines: each '\n' ends one, and what follows the last '\n' is one if there is any. */
export function countLines(text: Lowered, lineFeeds: number): number {
  const last = text.lastIndexOf('\n');
  return lineFeeds + (last === text.length - 1 ? 0 : 1);
}
