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
const FROM_1 = 0x7f_7f_7f_7f;

const LINE_FEEDS = 0x0a_0a_0a_0a;
const CARRIAGE_RETURNS = 0x0d_0d_0d_0d;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;

/**
 * Lowers the bytes of a text where they are, two times four a step: four bytes are the largest number
 * with which JavaScript computes fast, and two of them share a test for what is rare.
 *
 * A text that is searched once would otherwise be two strings of its length, which fill V8's young
 * generation: for 5 MB in 42 objects, collecting them took more time than searching.
 */
export function lowerAscii(bytes: Buffer): AsciiText {
  const counts = { lineFeeds: 0, controls: 0, hasNul: false };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - (bytes.length % 8);
  for (let at = 0; at < end; at += 8) {
    const first = view.getInt32(at, true);
    const second = view.getInt32(at + 4, true);
    if ((belowSpace(first) | belowSpace(second)) !== 0) {
      countIn(counts, first);
      countIn(counts, second);
    }
    const capitals = capitalsOf(first);
    const others = capitalsOf(second);
    if ((capitals | others) === 0) continue;
    view.setInt32(at, first | (capitals >>> 2), true);
    view.setInt32(at + 4, second | (others >>> 2), true);
  }
  for (let at = end; at < bytes.length; at += 1) {
    const one = bytes[at] as number;
    // With spaces, which nobody counts, in the other places.
    countIn(counts, one | 0x20_20_20_00);
    bytes[at] = one | (capitalsOf(one) >>> 2);
  }
  return { lowered: bytes, ...counts, controls: counts.controls + countDeletes(bytes) };
}

/** The high bit of each byte that is a capital letter; two bits below it is the one of lower case. */
const capitalsOf = (four: number): number => ((four + FROM_A) ^ (four + BEHIND_Z)) & HIGH_BITS;

/** The high bit of each byte below space, and of each that is the same in both. */
const belowSpace = (four: number): number => ~(four + FROM_SPACE) & HIGH_BITS;
const sameBytes = (four: number, others: number): number => ~((four ^ others) + FROM_1) & HIGH_BITS;

type Counts = { lineFeeds: number; controls: number; hasNul: boolean };

function countIn(counts: Counts, four: number): void {
  const lineFeeds = sameBytes(four, LINE_FEEDS);
  // Adds the four bits up in the highest byte.
  counts.lineFeeds += Math.imul(lineFeeds >>> 7, 0x01_01_01_01) >>> 24;
  if (belowSpace(four) !== (lineFeeds | sameBytes(four, CARRIAGE_RETURNS))) {
    countControls(counts, four);
  }
}

/** Few texts have any but line breaks. */
function countControls(counts: Counts, four: number): void {
  for (let rest = four, left = 4; left > 0; rest >>>= 8, left -= 1) {
    const byte = rest & 0xff;
    if (byte < TAB || (byte > CARRIAGE_RETURN && byte < SPACE)) counts.controls += 1;
    if (byte === 0) counts.hasNul = true;
  }
}

/** The one control character above the others. */
function countDeletes(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(DELETE); at !== -1; at = text.indexOf(DELETE, at + 1)) count += 1;
  return count;
}
