import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderConfigurationTable } from './configuration-table.ts';
import { readDocument } from './documents.ts';
import { hasTest } from './test-titles.ts';

describe('the table of variables in docs/configuration.md', () => {
  const table = renderConfigurationTable();

  it('has exactly the rows that the schemas give', () => {
    assert.ok(
      readDocument('docs/configuration.md').text.includes(table),
      `docs/configuration.md lacks this table, to be put there:\n\n${table}\n`,
    );
  });

  it('describes every variable', () => {
    for (const row of table.split('\n').slice(2)) assert.doesNotMatch(row, /\| {2}\|$/, row);
  });
});

describe('the table of fixed limits in docs/configuration.md', () => {
  const { text } = readDocument('docs/configuration.md');
  const [, section = ''] = text.split('## Fixed limits');
  const rows = section.split('\n## ', 1)[0]?.match(/^\| (?!program |-).*$/gm) ?? [];

  it('has rows', () => assert.ok(rows.length > 20, `${rows.length} rows`));

  for (const row of rows) {
    const [program, limit, , heldBy = ''] = row.replace(/^\| | \|$/g, '').split(' | ');
    it(`names the test that holds a limit: ${program}, ${limit}`, () => {
      const [, file = '', title = ''] = /^`(test\/[^`]+)`: (.+)$/.exec(heldBy) ?? [];
      assert.ok(hasTest(file, title), `no such test: ${heldBy}`);
    });
  }
});
