export type AnswerRow = Readonly<{
  id: string;
  title: string;
  queries: readonly string[];
  says: string;
  fix: string;
  after?: readonly string[];
}>;

export const PLAIN = 'answers.plain';
const SAME = 'answers.same-lines';
const SUBSTRING = 'answers.substring';
const NONE = 'answers.none';

/** The queries, each for a mistake that a server can make, and the checks that explain it. */
export const ANSWER_ROWS: readonly AnswerRow[] = [
  {
    id: PLAIN,
    title: 'counts the lines that contain a word',
    queries: ['kestrel'],
    says: 'It **must** count the lines that contain the query, over all texts together.',
    fix: 'read the objects of WORKS_BUCKET under WORKS_PREFIX from the Cloud Storage in the environment, and answer match_count as an int64 in field 1',
  },
  {
    id: NONE,
    title: 'answers 0 where no line matches',
    queries: ['no such line anywhere'],
    says: 'No match is the answer `0`, with the status `OK`.',
    fix: 'answer 0 with the status OK',
  },
  {
    id: SAME,
    title: 'counts each of several lines that are equal',
    queries: ['dotterel'],
    says: 'It **must** count the lines that contain the query, over all texts together.',
    fix: 'count every line, also one that occurred before',
  },
  {
    id: 'answers.every-text',
    title: 'reads every text under the prefix, and nothing else',
    queries: ['everywhere', 'grebe'],
    after: ['errors.partial', SAME, NONE],
    says: 'The texts are the objects of the bucket `WORKS_BUCKET` whose names begin with `WORKS_PREFIX`',
    fix: 'list all pages with the prefix WORKS_PREFIX, in folders too, read each object whatever its name ends with, and leave out names that end with "/"',
  },
  {
    id: 'answers.lines',
    title: 'counts a line once, however often it contains the query',
    queries: ['heron'],
    says: 'A line counts once, however often it contains the query.',
    fix: 'count lines, not occurrences',
  },
  {
    id: SUBSTRING,
    title: 'finds the query inside of a word',
    queries: ['estre', 'umps over the laz'],
    after: [SAME],
    says: 'The query is a literal substring, never a pattern',
    fix: 'search for a substring of the line; do not split lines into words',
  },
  {
    id: 'answers.literal',
    title: 'takes the query literally',
    queries: [
      'a.c',
      '(open',
      '[bracket',
      'back\\d',
      'c++',
      'star.*',
      'up|down',
      '^caret',
      '$dollar',
      'how?',
      '100%',
    ],
    after: [SUBSTRING],
    says: 'The query is a literal substring, never a pattern',
    fix: 'search for a substring; do not make a pattern of the query, and match within words',
  },
  {
    id: 'answers.case',
    title: 'ignores upper and lower case of ASCII letters',
    queries: ['lapwing', 'LAPWING', 'LapWing'],
    says: 'Upper and lower case are equal, for letters of every language.',
    fix: 'convert both the query and the line to lower case before you compare',
  },
  {
    id: 'answers.unicode',
    title: 'finds characters of every script',
    queries: ['雲雀', '雲', '🐦'],
    after: [SUBSTRING],
    says: 'A text is UTF-8 if all of its bytes are valid UTF-8',
    fix: 'decode the texts as UTF-8 before you search',
  },
  {
    id: 'answers.case-unicode',
    title: 'ignores upper and lower case of other letters',
    queries: ['жаворонок', 'ЖАВОРОНОК', 'étourneau', 'ÉTOURNEAU', 'αλκυονα'],
    after: ['answers.case', 'answers.unicode', SAME],
    says: 'Upper and lower case are equal, for letters of every language.',
    fix: 'use the conversion for Unicode, not the one for ASCII',
  },
  {
    id: 'answers.accents',
    title: 'distinguishes letters with and without accents, and how they are written',
    queries: ['t\u00e9tras', 'te\u0301tras', 'tetras'],
    after: ['answers.unicode', NONE],
    says: 'The query is a literal substring, never a pattern',
    fix: 'normalise neither the query nor the lines, and remove no accents',
  },
  {
    id: 'answers.latin1',
    title: 'reads a text in ISO-8859-1',
    queries: ['garçon', 'gold\u0093finch', 'siskin caf\u00c3\u00a9', 'siskin café'],
    after: ['answers.accents'],
    says: 'A text is UTF-8 if all of its bytes are valid UTF-8, and ISO-8859-1 if not.',
    fix: 'decode the complete text as ISO-8859-1 (not Windows-1252) if any of its bytes are not valid UTF-8',
  },
  {
    id: 'answers.spaces',
    title: 'keeps the spaces of the query and of the lines',
    after: [SUBSTRING],
    queries: [' finch', 'finch ', 'finch\t', 'two  spaces', '  '],
    says: 'The query is a literal substring, never a pattern',
    fix: 'trim neither the query nor the lines, and do not merge spaces',
  },
  {
    id: 'answers.line-end',
    title: 'ends a line at a line feed only',
    queries: ['plover\u2028dunlin', 'plover\u0085dunlin', 'plover\fdunlin', 'plover\vdunlin'],
    after: ['answers.unicode', 'answers.spaces'],
    says: 'A line ends with `\\n`, or with the text. No other character ends a line.',
    fix: 'split at "\\n" alone; functions such as splitlines() know more separators',
  },
  {
    id: 'answers.carriage-return',
    title: 'does not end a line at a carriage return',
    queries: ['merlin', 'redshank'],
    after: ['answers.lines', 'answers.line-end'],
    says: 'A line ends with `\\n`, or with the text. No other character ends a line.',
    fix: 'split at "\\n" alone, and read the texts as bytes: text modes convert line ends',
  },
  {
    id: 'answers.last-line',
    title: 'counts a last line without a line feed',
    queries: ['bittern'],
    says: 'A line ends with `\\n`, or with the text.',
    fix: 'count what follows the last "\\n" too',
  },
  {
    id: 'answers.text-end',
    title: 'ends a line at the end of a text',
    queries: ['bitterneverywhere', 'bunting'],
    after: ['answers.last-line', NONE],
    says: 'A line ends with `\\n`, or with the text.',
    fix: 'search each text alone; a line of one text does not go on in the next',
  },
  {
    id: 'answers.long-line',
    title: 'reads lines of any length',
    queries: ['curlew'],
    says: 'It **must** never answer with the count of some of the texts.',
    fix: 'do not limit the length of a line: line scanners often stop at 64 KiB, without an error',
  },
];
