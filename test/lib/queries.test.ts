import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CODELAB_QUERIES,
  knownQueriesVariable,
  parseKnownQueries,
  pickQuery,
  querySequence,
} from '../../lib/queries.ts';

describe('CODELAB_QUERIES', () => {
  it('holds the ten counts that both editions of the codelab state', () => {
    assert.deepEqual(
      { ...CODELAB_QUERIES },
      {
        love: 3040,
        friend: 1036,
        hello: 349,
        world: 728,
        sweet: 958,
        tear: 463,
        faith: 484,
        'to be, or not to be': 1,
        "what's past is prologue": 1,
        insolence: 14,
      },
    );
  });
});

describe('parseKnownQueries', () => {
  it('takes a JSON object of query → count, zero included', () => {
    assert.deepEqual({ ...parseKnownQueries('{"b":0,"a":2}') }, { a: 2, b: 0 });
  });

  const wrong = {
    'no JSON': 'love=3040',
    'a list': '["love"]',
    null: 'null',
    'no queries': '{}',
    'an empty query': '{"":1}',
    'a query with a line break': '{"a\\nb":1}',
    'a query over 1024 bytes': JSON.stringify({ ['ü'.repeat(513)]: 1 }),
    'a negative count': '{"love":-1}',
    'a fraction': '{"love":1.5}',
    'a count as text': '{"love":"3040"}',
    'a count that a number cannot hold': '{"love":9007199254740993}',
    'more than 1000 queries': JSON.stringify(
      Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`q${index}`, 1])),
    ),
  };
  for (const [name, text] of Object.entries(wrong)) {
    it(`refuses ${name} and says what is allowed`, () => {
      assert.throws(() => parseKnownQueries(text), /a JSON object of query → number of matching/);
    });
  }

  it('names the entry that is wrong', () => {
    assert.throws(() => parseKnownQueries('{"love":3040,"hate":-1}'), /\(not {"hate":-1}\)/);
  });
});

describe('knownQueriesVariable', () => {
  it('is the codelab’s table by default', () => {
    assert.deepEqual(knownQueriesVariable.parse(undefined), CODELAB_QUERIES);
  });

  it('refuses with the words of parseKnownQueries', () => {
    const result = knownQueriesVariable.safeParse('{}');
    assert.match(result.error?.issues[0]?.message ?? '', /^a JSON object of query/);
  });
});

describe('parseKnownQueries', () => {
  for (const text of [
    '{"love":1,"love":2}',
    '{"love":1,"l\\u006fve":1}',
    '{"a\\"b":1,"a\\"b":1}',
  ]) {
    it(`refuses ${text}, of which JSON would take the last`, () => {
      assert.throws(() => parseKnownQueries(text), /"(love|a\\"b)" stands there twice/);
    });
  }

  it('tells queries apart that look alike', () => {
    assert.equal(Object.keys(parseKnownQueries('{"a\\"b":1,"a":2,"a ":3}')).length, 3);
  });
});

describe('pickQuery', () => {
  const table = parseKnownQueries('{"a":1,"b":2,"c":3,"d":4}');

  it('reaches the first and the last query', () => {
    assert.deepEqual(
      pickQuery(() => 0, table),
      { query: 'a', expectedCount: 1 },
    );
    assert.deepEqual(
      pickQuery(() => 1 - 2 ** -53, table),
      { query: 'd', expectedCount: 4 },
    );
  });
});

describe('querySequence', () => {
  const names = (seed: number, table = CODELAB_QUERIES) =>
    querySequence(seed, 8, table).map(({ query }) => query);

  it('is the same for the same seed, on every machine', () => {
    assert.deepEqual(names(29_453_767), [
      'love',
      'world',
      'love',
      'tear',
      'faith',
      'sweet',
      'faith',
      'friend',
    ]);
  });

  it('does not depend on the order in which the table was written down', () => {
    const table = parseKnownQueries('{"a":1,"b":2,"c":3}');
    const other = parseKnownQueries('{"c":3,"a":1,"b":2}');
    assert.deepEqual(names(5, other), names(5, table));
  });

  it('differs between neighbouring seeds', () => {
    const sequences = Array.from({ length: 100 }, (_, seed) => names(seed).join());
    assert.equal(new Set(sequences).size, 100);
  });

  it('uses every query about equally often over a day of minutes', () => {
    const counts = new Map<string, number>();
    for (let minute = 29_453_760; minute < 29_453_760 + 1440; minute++) {
      for (const { query } of querySequence(minute, 10, CODELAB_QUERIES)) {
        counts.set(query, (counts.get(query) ?? 0) + 1);
      }
    }
    assert.equal(counts.size, 10);
    // 14,400 draws, 1,440 each: five standard deviations are 180.
    for (const [query, count] of counts) assert.ok(Math.abs(count - 1440) < 180, query);
  });
});
