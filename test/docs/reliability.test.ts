import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../rules/sources.ts';
import { readDocument } from './documents.ts';

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
      assert.ok(existsSync(join(ROOT, file)), file);
      const source = readFileSync(join(ROOT, file), 'utf8');
      const titles = [...source.matchAll(TITLE)].map(([, , found = '']) => found);
      assert.ok(
        titles.some((found) => toPattern(found).test(title)),
        title,
      );
    });
  }
});

/** Of a test, of a row of faults, or of a policy of the planned deployment. */
const TITLE = /(?:\b(?:test|it|describe)\(\s*|\bname: |^ {2}(?='[^']+': \())(['"`])(.*?)\1/gms;

/** What a title takes from a table may be anything; it must have words beside that. */
function toPattern(title: string): RegExp {
  const fixed = title.split(/\$\{[^}]*\}/);
  if (!fixed.some((text) => text.includes(' '))) return /^$/;
  return new RegExp(`^${fixed.map(toLiteral).join('.+')}$`);
}

const toLiteral = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
