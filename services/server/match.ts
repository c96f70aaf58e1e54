/**
 * A text as it is searched: lowered once when it is read, not once per query.
 *
 * Case-insensitive means equal after String.prototype.toLowerCase, with one exception: it lowers the
 * Greek capital sigma by its place in the word, which would make a query miss its own text.
 */
export function lower(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/**
 * The length of each line of a text, without its line break. LONG stands for that length and any above,
 * so that a line takes one byte.
 */
export type LineLengths = Uint8Array;

const LONG = 255;

/** Of each line that ends with '\n', in order. */
export function lineLengths(text: string): LineLengths {
  const lengths: number[] = [];
  let from = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
    lengths.push(Math.min(at - from, LONG));
    from = at + 1;
  }
  return Uint8Array.from(lengths);
}

/**
 * Number of lines of the lowered text that contain the lowered query, as a literal substring. Where a
 * query is in most lines, half of the time would go into finding the ends of lines: `lengths` has them.
 */
export function countMatchingLines(
  loweredText: string,
  loweredQuery: string,
  lengths: LineLengths = lineLengths(loweredText),
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
function endOfLine(text: string, from: number): number {
  const lineEnd = text.indexOf('\n', from);
  return (lineEnd === -1 ? text.length : lineEnd) + 1;
}

/** Number of lines: each '\n' ends one, and what follows the last '\n' is one if there is any. */
export function countLines(text: string, lengths: LineLengths): number {
  return lengths.length + (text === '' || text.endsWith('\n') ? 0 : 1);
}
