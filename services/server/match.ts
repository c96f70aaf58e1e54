/**
 * A text as it is searched: lowered once when it is read, not once per query.
 *
 * Case-insensitive means equal after String.prototype.toLowerCase, with one exception: it lowers the
 * Greek capital sigma by its place in the word, which would make a query miss its own text.
 */
export function lower(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** Number of lines of the lowered text that contain the lowered query, as a literal substring. */
export function countMatchingLines(loweredText: string, loweredQuery: string): number {
  // The empty query matches at every position, and at the end without end.
  if (loweredQuery === '') throw new RangeError('the query must not be empty');
  let matches = 0;
  let at = loweredText.indexOf(loweredQuery);
  while (at !== -1) {
    matches += 1;
    const lineEnd = loweredText.indexOf('\n', at);
    if (lineEnd === -1) break;
    // One hit settles its line: jump to the next.
    at = loweredText.indexOf(loweredQuery, lineEnd + 1);
  }
  return matches;
}

/** Number of lines: each '\n' ends one, and what follows the last '\n' is one if there is any. */
export function countLines(text: string): number {
  let lines = 0;
  let from = 0;
  while (from < text.length) {
    lines += 1;
    const lineEnd = text.indexOf('\n', from);
    if (lineEnd === -1) break;
    from = lineEnd + 1;
  }
  return lines;
}
