import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readDocument } from './documents.ts';
import { hasTest } from './test-titles.ts';

const { text } = readDocument('docs/reliability.md');
const promises = text.split(/^## /m).slice(1);

describe('docs/reliability.md', () => {
  it('has the nine promises, each with a test', () => {
    assert.deepEqual(
      promises.map((promise) => Number.parseInt(promise, 10)),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    for (const promise of promises) assert.match(promise, /^- `test\//m);
  });

  for (const [, file = '', title = ''] of text.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)) {
    it(`names a test that exists: ${file}, ${title}`, () => {
      assert.ok(hasTest(file, title), `${file}: ${title}`);
    });
  }
});
