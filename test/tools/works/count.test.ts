import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countLinesWith, decodeText, linesOf } from '../../../tools/works/count.ts';

const count = (query: string, text: string) => countLinesWith(query, linesOf(text));

describe('countLinesWith', () => {
  const cases: { name: string; query: string; text: string; expected: number }[] = [
    { name: 'a line once, however often it matches', query: 'a', text: 'aaa\nb\na\n', expected: 2 },
    { name: 'either letter case', query: 'LoVe', text: 'love\nLOVE\nglove', expected: 3 },
    { name: 'a query as it is, not as a pattern', query: 'a.c', text: 'abc\na.c', expected: 1 },
    {
      name: 'every special character',
      query: '\\^$.*+?()[]{}|/-',
      text: 'x\\^$.*+?()[]{}|/-y',
      expected: 1,
    },
    { name: 'nothing across lines', query: 'ab', text: 'a\nb', expected: 0 },
    { name: 'a last line without a line feed', query: 'b', text: 'a\nb', expected: 1 },
    { name: 'letters above ASCII in either case', query: 'cæsar', text: 'CÆSAR', expected: 1 },
    { name: 'nothing in no text', query: 'a', text: '', expected: 0 },
  ];
  for (const { name, query, text, expected } of cases) {
    it(`counts ${name}`, () => assert.equal(count(query, text), expected));
  }
});

describe('linesOf', () => {
  it('ends a line at each line feed, and leaves no line after the last', () => {
    assert.deepEqual(linesOf('a\n\nb\n'), ['a', '', 'b']);
    assert.deepEqual(linesOf(''), []);
  });
});

describe('decodeText', () => {
  it('reads UTF-8, and what is not UTF-8 as ISO-8859-1', () => {
    assert.equal(decodeText(Buffer.from('cæsar')), 'cæsar');
    assert.equal(decodeText(Buffer.from('cæsar', 'latin1')), 'cæsar');
  });
});
