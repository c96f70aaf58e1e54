import { countLinesWith, decodeText, linesOf } from '../works/count.ts';

export const BUCKET = 'conformance-works';
export const PREFIX = 'conformance/';

/** Cannot be read by the first call. */
export const UNREAD_TEXT = 'n-unread.txt';

type Stored = Readonly<{ name: string; bytes: Buffer }>;

const FILLER = 'the quick brown fox jumps over the lazy dog\n';

/** One text for each mistake that a reader can make; no word stands in two of them but `everywhere`. */
const TEXTS: Readonly<Record<string, string | Buffer>> = {
  'a-plain.txt': `everywhere\n${FILLER}a plain kestrel here\nanother kestrel there\n${FILLER}one more kestrel\n`,
  'b-lines.txt': 'everywhere\nheron heron heron\nno bird\nheron and heron\ndotterel\ndotterel\n',
  'c-literal.txt':
    'everywhere\na.c as it stands\nabc\nadc\n(open\n[bracket\nback\\d slash 7\nc++ and c\nstar.* here\nstarling\nup|down\nup\n^caret\n$dollar\nhow?\nho\n100% sure\n',
  'd-case.txt':
    'everywhere\nLapWing one\nLAPWING two\nlapwing three\nЖАВОРОНОК\nжаворонок\nΑΛΚΥΟΝΑ\nαλκυονα\nÉTOURNEAU\nétourneau\n',
  // The last two look the same: one character, and a letter with a combining accent.
  'e-unicode.txt':
    'everywhere\n雲雀 is a lark\nthe 🐦 sings\n雲 alone\nt\u00e9tras one\nte\u0301tras two\n',
  // ISO-8859-1: no valid UTF-8. 0x93 is a control character in it, and a quotation mark in Windows-1252.
  'f-latin.txt': Buffer.from(
    `everywhere\nthe gar\xe7on\na gar\xe7on\ngarcon\n${FILLER.repeat(40)}gold\x93finch\n`,
    'latin1',
  ),
  // The same, of which the beginning and one line are valid UTF-8.
  'fa-latin-late.txt': Buffer.from(
    `everywhere\n${FILLER.repeat(100)}siskin caf\xc3\xa9\nsiskin caf\xe9\n`,
    'latin1',
  ),
  'g-spaces.txt': 'everywhere\nfinch\n finch of the hill \nfinch\tbird\ntwo  spaces\n',
  // Enough around them that nobody takes it for a binary file.
  'h-separators.txt': `everywhere\n${FILLER.repeat(40)}plover\u2028dunlin\nplover\u0085dunlin\nplover\fdunlin\nplover\vdunlin\nmerlin\rmerlin\n`,
  'i-long.txt': `everywhere\n${'x'.repeat(150_000)} curlew\ncurlew after the long line\n${'q'.repeat(1_200)}\n${'é'.repeat(600)}\n`,
  'j-windows.txt': 'everywhere\r\nredshank one\r\nredshank two\r\n',
  'k-empty.txt': '',
  // The next one begins where this one ends without a line feed.
  'l-last.txt': 'everywhere\nthe last line is not ended by a line feed: bittern',
  'm-next.txt': 'everywhere bunting\n',
  // Nothing else depends on it: it is the one that cannot be read at first.
  [UNREAD_TEXT]: 'everywhere\n',
  // Names are anything: no ending says what a text is, and folders have folders.
  'o-no-ending': 'everywhere\n',
  'p folder/ünder/text.TXT': 'everywhere\n',
};

const OUTSIDE: Readonly<Record<string, string>> = {
  // The folder's own placeholder is not a text, whatever it holds.
  [`${PREFIX}folder/`]: 'grebe\n',
  'other/outside.txt': 'grebe\n',
};

export const OBJECTS: readonly Stored[] = [
  ...Object.entries(TEXTS).map(([name, text]) => ({
    name: PREFIX + name,
    bytes: Buffer.from(text as string),
  })),
  ...Object.entries(OUTSIDE).map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
];

/** A page that has all but the last text: whoever lists one page misses that alone. */
export const OBJECTS_PER_PAGE = Object.keys(TEXTS).length;

const LINES: readonly string[] = Object.values(TEXTS).flatMap((text) =>
  linesOf(decodeText(Buffer.from(text as string))),
);

/** How many lines of the texts contain it. */
export const expectedCount = (query: string): number => countLinesWith(query, LINES);

/** For `client` and `loadgen`. */
export const KNOWN_QUERIES: Readonly<Record<string, number>> = Object.fromEntries(
  [
    'kestrel',
    'heron',
    'to be, or not to be',
    'a.c',
    '雲雀',
    'étourneau',
    'c++',
    '100%',
    'R&D = #1',
  ].map((query) => [query, expectedCount(query)]),
);
