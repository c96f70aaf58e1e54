import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseSearchQuery } from '../../lib/search-query.ts';

describe('parseSearchQuery', () => {
  for (const query of ['a', ' ', 'to be, or not to be', 'ä'.repeat(512), '\t', '(.*)']) {
    test(`takes ${JSON.stringify(query.slice(0, 20))} as it is`, () =>
      assert.equal(parseSearchQuery(query), query));
  }

  const refused: [title: string, query: string, says: string][] = [
    ['an empty query', '', 'the query is empty'],
    ['1,025 bytes', 'a'.repeat(1_025), 'the query has 1025 bytes'],
    ['fewer letters than bytes', '𝄞'.repeat(257), 'the query has 1028 bytes'],
    ['a line feed', 'a\n', 'the query holds a line break'],
    ['a carriage return', '\ra', 'the query holds a line break'],
  ];
  for (const [title, query, says] of refused) {
    test(`refuses ${title} and says what is allowed`, () =>
      assert.throws(() => parseSearchQuery(query), {
        kind: 'invalidArgument',
        message: `${says}; allowed: text of 1 to 1024 bytes (UTF-8) without a line break`,
      }));
  }
});
