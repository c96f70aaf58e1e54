import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeMarkdown, renderTable } from '../../../../tools/compare/text/markdown.ts';

for (const [text, escaped] of [
  ['GET /search', 'GET /search'],
  ['a | b', 'a \\| b'],
  ['<img src=x>', '&lt;img src=x\\>'],
  ['&lt;', '&amp;lt;'],
  ['[x](https://e.example)', '\\[x\\]\\(https\\://e.example\\)'],
  ['`*_~#', '\\`\\*\\_\\~\\#'],
  ['one\ntwo', 'one·two'],
  ['back\\slash', 'back\\\\slash'],
] as const) {
  test(`${JSON.stringify(text)} stays text`, () => {
    assert.equal(escapeMarkdown(text), escaped);
  });
}

test('a table has a head, an alignment and its rows', () => {
  assert.deepEqual(renderTable([{ name: 'Hop' }, { name: 'ms', right: true }], [['x', '1']]), [
    '| Hop | ms |',
    '| --- | ---: |',
    '| x | 1 |',
  ]);
});
