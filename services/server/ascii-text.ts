/** Bytes of an ASCII text, lowered, and what was counted on the way. */
export type AsciiText = Readonly<{
  lowered: Buffer;
  lineFeeds: number;
  /** Other than tab, line breaks, vertical tab and form feed. */
  controls: number;
  hasNul: boolean;
}>;

/** Of each of four bytes, the bit that no byte of ASCII has. */
const HIGH_BITS = 0x80_80_80_80;
/** Added to a byte of ASCII, each reaches its high bit from that character on, and no further. */
const FROM_SPACE = 0x60_60_60_60;
const FROM_A = 0x3f_3f_3f_3f;
const BEHIND_Z = 0x25_25_25_25;

const LINE_FEED = 0x0a;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * Lowers the bytes of a text where they are, four a step. A text that is searched once would else be
 * two strings of its length, which fill V8's young generation: for 5 MB in 42 objects, collecting them
 * took more time than searching.
 */
export function lowerAscii(bytes: Buffer): AsciiText {
  const counts = { lineFeeds: 0, controls: 0, hasNul: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - (bytes.length % 4);
  for (let at = 0; at < end; at += 4) {
    const four = view.getInt32(at, true);
    if ((~(four + FROM_SPACE) & HIGH_BITS) !== 0) countIn(counts, four, 4);
    const capitals = capitalsOf(four);
    if (capitals !== 0) view.setInt32(at, four | (capitals >>> 2), true);
  }
  for (let at = end; at < bytes.length; at += 1) {
    const one = bytes[at] as number;
    countIn(counts, one, 1);
    bytes[at] = one | (capitalsOf(one) >>> 2);
  }
  return { lowered: bytes, ...counts, controls: counts.controls + countDeletes(bytes) };
}

/** The high bit of each byte that is a capital letter; two bits below it is the one of lower case. */
const capitalsOf = (four: number): number => ((four + FROM_A) ^ (four + BEHIND_Z)) & HIGH_BITS;

type Counts = { lineFeeds: number; controls: number; hasNul: boolean };

function countIn(counts: Counts, bytes: number, length: number): void {
  for (let rest = bytes, left = length; left > 0; rest >>>= 8, left -= 1) {
    const byte = rest & 0xff;
    if (byte >= SPACE) continue;
    if (byte === LINE_FEED) counts.lineFeeds += 1;
    else if (byte < TAB || byte > CARRIAGE_RETURN) counts.controls += 1;
    if (byte === 0) counts.hasNul = true;
  }
}

/** The one control character above the others. */
function countDeletes(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(DELETE); at !== -1; at = text.indexOf(DELETE, at + 1)) count += 1;
  return count;
}
