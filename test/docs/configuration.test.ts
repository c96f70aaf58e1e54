import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderConfigurationTable } from './configuration-table.ts';
import { readDocument } from './documents.ts';

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
