import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  countLines,
  countMatchingLines,
  lineLengths,
  lower,
} from '../../../services/server/match.ts';

const count = (text: string, query: string) => countMatchingLines(lower(text), lower(query));

describe('countMatchingLines', () => {
  const cases: [title: string, text: string, query: string, matches: number][] = [
    ['counts a line once however often it matches', 'love love love\n', 'love', 1],
    ['counts each line that matches', 'love\nhate\nlove', 'love', 2],
    ['ignores case in the text', 'LOVE\nLove\nlOvE\n', 'love', 3],
    ['ignores case in the query', 'love\n', 'LOVE', 1],
    ['finds part of a word', 'beloved\n', 'love', 1],
    ['takes a dot literally', 'abc\na.c\n', 'a.c', 1],
    ['takes regular expression syntax literally', 'x\n(.*)+[\n', '(.*)+[', 1],
    ['takes a backslash literally', 'a\\nb\nanb\n', '\\n', 1],
    ['finds nothing in an empty text', '', 'love', 0],
    ['counts the last line without its line end', 'hate\nlove', 'love', 1],
    ['does not match across a line end', 'to be\nor not', 'be or', 0],
    ['keeps a carriage return within its line', 'love\r\nlove\r\n', 'love', 2],
    ['does not take a lone carriage return for a line end', 'love\rlove', 'love', 1],
    ['finds a query of blanks', 'a  b\nab\n', '  ', 1],
    ['finds a query as long as its line', 'love\nlov\n', 'love', 1],
    ['lowers letters beyond ASCII', 'ÉTÉ\n', 'été', 1],
    ['does not mistake the dotless lower case of İ for two letters apart', 'İ\n', 'İ', 1],
    ['finds a sigma at the end of a query within a word', 'ΟΔΟΣΑΣ\n', 'ΟΔΟΣ', 1],
    ['finds letters outside the basic plane', '𝄞 a\nb\n', '𝄞', 1],
  ];
  for (const [title, text, query, matches] of cases) {
    test(title, () => assert.equal(count(text, query), matches));
  }

  test('refuses the empty query, which would match without end', () => {
    assert.throws(() => countMatchingLines('text', ''), /query must not be empty/);
  });

  test('agrees with splitting into lines for any text and query', () => {
    const letters = fc.constantFrom('a', 'B', 'b', ' ', '\r', '.', 'É', 'Σ', 'ς', '𝄞');
    const text = fc.array(fc.oneof(letters, fc.constant('\n'))).map((parts) => parts.join(''));
    const query = fc.array(letters, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, query, (t, q) => {
        const lines = t.split('\n').filter((line) => lower(line).includes(lower(q)));
        assert.equal(count(t, q), lines.length);
      }),
    );
  });

  test('counts lines of every length, and lines whose lengths are not known', () => {
    for (const length of [0, 1, 253, 254, 255, 256, 1_000]) {
      const line = 'x'.repeat(length);
      const text = `${line}\n${line}a\na\n${line}\n${line}a\n\na${line}`;
      assert.equal(count(text, 'a'), 4, `lines of ${length}`);
      assert.equal(countMatchingLines(text, 'a', new Uint8Array()), 4);
      assert.equal(countMatchingLines(text, 'a', lineLengths(text).subarray(0, 2)), 4);
    }
  });
});

test('without lengths, looks for the end of no line but those with a hit', (t) => {
  const text = `${'\n'.repeat(1_000)}a\n`;
  const indexOf = t.mock.method(String.prototype, 'indexOf');
  const matches = countMatchingLines(text, 'a', new Uint8Array());
  const calls = indexOf.mock.callCount();
  indexOf.mock.restore();
  assert.deepEqual([matches, calls], [1, 3]);
});

describe('countLines', () => {
  const cases: [title: string, text: string, lines: number][] = [
    ['finds none in an empty text', '', 0],
    ['counts a text without a line end as one', 'a', 1],
    ['counts no line after the last line end', 'a\nb\n', 2],
    ['counts empty lines', '\n\n', 2],
  ];
  for (const [title, text, lines] of cases) {
    test(title, () => assert.equal(countLines(text, lineLengths(text).length), lines));
  }
});
