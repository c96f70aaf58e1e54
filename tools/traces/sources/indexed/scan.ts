import { BACKSLASH, closes, opens, QUOTE } from '../json-characters.ts';

/**
 * Looks at bytes of JSON only as far as brackets and strings go: whether it is JSON, JSON.parse says
 * later. A byte of another character than ASCII never equals one of these.
 */
export const NEWLINE = 0x0a;
const COLON = 0x3a;
export const COMMA = 0x2c;

export const isBlank = (code: number) => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Behind the string that begins at `from`; -1 where it does not end in these bytes. */
export function endOfString(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at += 1) {
    const code = bytes[at];
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at += 1;
  }
  return -1;
}

/** An object within a list. `id`: where the text of its member traceId or trace_id begins; -1: none. */
export type Piece = { end: number; lines: number; idFrom: number; idTo: number };

/**
 * Finds the end of the object that begins at `from`, and its trace id. False where it does not end in
 * these bytes. The result is written to `piece`, which saves an object for each of a million spans.
 */
export function scanPiece(bytes: Buffer, from: number, piece: Piece): boolean {
  let depth = 0;
  let isName = false;
  let isId = false;
  piece.lines = 0;
  piece.idFrom = -1;
  for (let at = from; at < bytes.length; at += 1) {
    const code = bytes[at] as number;
    if (code === QUOTE) {
      const end = endOfString(bytes, at);
      if (end < 0) return false;
      if (depth === 1) {
        if (isName) isId = isTraceId(bytes, at + 1, end - 1);
        else if (isId) {
          piece.idFrom = at + 1;
          piece.idTo = end - 1;
          isId = false;
        }
      }
      at = end - 1;
    } else if (code === COMMA) isName = true;
    else if (code === COLON) isName = false;
    else if (opens(code)) {
      depth += 1;
      isName = true;
    } else if (closes(code)) {
      depth -= 1;
      if (depth > 0) continue;
      piece.end = at + 1;
      return true;
    } else if (code === NEWLINE) piece.lines += 1;
  }
  return false;
}

const isTraceId = (bytes: Buffer, from: number, to: number): boolean =>
  bytes[from] === 0x74 &&
  ((to - from === 7 && bytes.toString('latin1', from, to) === 'traceId') ||
    (to - from === 8 && bytes.toString('latin1', from, to) === 'trace_id'));
