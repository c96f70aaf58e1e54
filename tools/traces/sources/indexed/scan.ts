import { BACKSLASH, closes, OPEN_BRACKET, opens, QUOTE } from '../json-characters.ts';

/**
 * Looks at bytes of JSON only as far as brackets and strings go: whether it is JSON, JSON.parse says
 * later. A byte of another character than ASCII never equals one of these.
 */
const NEWLINE = 0x0a;
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
export type Piece = { end: number; idFrom: number; idTo: number };

/**
 * Finds the end of the object that begins at `from`, and its trace id. False where it does not end in
 * these bytes. The result is written to `piece`, which saves an object for each of a million spans.
 * Every byte of every span passes here: strings are walked over in place, and most of what is between
 * them is told by one comparison.
 */
export function scanPiece(bytes: Buffer, from: number, piece: Piece): boolean {
  const { length } = bytes;
  let depth = 0;
  piece.idFrom = -1;
  for (let at = from; at < length; at += 1) {
    const code = bytes[at] as number;
    if (code === QUOTE) {
      at += 1;
      const begin = at;
      for (;;) {
        if (at >= length) return false;
        const inner = bytes[at];
        if (inner === QUOTE) break;
        at += inner === BACKSLASH ? 2 : 1;
      }
      if (depth === 1 && isTraceId(bytes, begin, at)) findId(bytes, at + 1, piece);
    } else if (code < OPEN_BRACKET) continue;
    else if (opens(code)) depth += 1;
    else if (closes(code)) {
      depth -= 1;
      if (depth > 0) continue;
      piece.end = at + 1;
      return true;
    }
  }
  return false;
}

/** The text behind a member's name; where a name stands twice, the last one's counts. */
function findId(bytes: Buffer, from: number, piece: Piece): void {
  let at = from;
  while (isBlank(bytes[at] ?? 0)) at += 1;
  // A value that reads like the name has no colon behind it.
  if (bytes[at] !== COLON) return;
  at += 1;
  while (isBlank(bytes[at] ?? 0)) at += 1;
  if (bytes[at] !== QUOTE) return;
  const end = endOfString(bytes, at);
  if (end < 0) return;
  piece.idFrom = at + 1;
  piece.idTo = end - 1;
}

/** How many lines end in these bytes. */
export function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

const NAME = Buffer.from('traceId');
const NAME_IN_SNAKE_CASE = Buffer.from('trace_id');

const isTraceId = (bytes: Buffer, from: number, to: number): boolean =>
  isName(NAME, bytes, from, to) || isName(NAME_IN_SNAKE_CASE, bytes, from, to);

function isName(name: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (to - from !== name.length) return false;
  for (let at = 0; at < name.length; at += 1) if (bytes[from + at] !== name[at]) return false;
  return true;
}
