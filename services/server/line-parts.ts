/**
 * Pieces of a text are cut again so that each ends with a line: lines are searched one by one, and a
 * text in pieces is never in memory twice. A line that is longer than a piece stays in one.
 */

/** For encodings in which the byte of a line feed is nothing else: UTF-8 and ISO-8859-1. */
export function cutBytesAtLines(pieces: readonly Buffer[]): Buffer[] {
  return [
    ...cutAtLines(pieces, {
      endOfFirstLine: (piece) => piece.indexOf(0x0a) + 1,
      endOfLastLine: (piece) => piece.lastIndexOf(0x0a) + 1,
      slice: (piece, start, end) => piece.subarray(start, end),
      join: (parts) => Buffer.concat(parts),
    }),
  ];
}

const SHORT_BYTES = 4_096;

/**
 * Cuts one piece into several of at least 4 KiB, each to the end of a line: one character that is not
 * ASCII then makes a string of those 4 KiB, and not of all 64 KiB that came together.
 */
export function* cutShort(piece: Buffer): Generator<Buffer> {
  for (let start = 0; start < piece.length; ) {
    const lineFeed = piece.indexOf(0x0a, start + SHORT_BYTES - 1);
    const end = lineFeed === -1 ? piece.length : lineFeed + 1;
    yield piece.subarray(start, end);
    start = end;
  }
}

export function cutTextAtLines(pieces: Iterable<string>): Iterable<string> {
  return cutAtLines(pieces, {
    endOfFirstLine: (piece) => piece.indexOf('\n') + 1,
    endOfLastLine: (piece) => piece.lastIndexOf('\n') + 1,
    slice: (piece, start, end) => piece.slice(start, end),
    join: (parts) => parts.join(''),
  });
}

function* cutAtLines<Piece extends { readonly length: number }>(
  pieces: Iterable<Piece>,
  on: {
    /** Behind its line feed; 0 where there is none. */
    endOfFirstLine: (piece: Piece) => number;
    endOfLastLine: (piece: Piece) => number;
    slice: (piece: Piece, start: number, end: number) => Piece;
    join: (parts: Piece[]) => Piece;
  },
): Generator<Piece> {
  // The start of a line that has not ended yet. Joined once: a long one comes in many pieces.
  let open: Piece[] = [];
  for (const piece of pieces) {
    let start = 0;
    const end = on.endOfLastLine(piece);
    if (open.length > 0 && end > 0) {
      // With the rest of its line alone, so that the piece is not copied.
      start = on.endOfFirstLine(piece);
      yield on.join([...open, on.slice(piece, 0, start)]);
      open = [];
    }
    if (start < end) yield on.slice(piece, start, end);
    if (end < piece.length) open.push(on.slice(piece, end, piece.length));
  }
  if (open.length > 0) yield on.join(open);
}
