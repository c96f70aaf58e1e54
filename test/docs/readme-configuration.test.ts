import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../rules/sources.ts';
import { renderConfigurationTable } from './configuration.ts';

describe('the table of variables in the README', () => {
  const table = renderConfigurationTable();

  it('has exactly the rows that the schemas give', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    assert.ok(
      readme.includes(table),
      `the README lacks this table, to be put there:\n\n${table}\n`,
    );
  });

  it('describes every variable', () => {
    for (const row of table.split('\n').slice(2)) assert.doesNotMatch(row, /\| {2}\|$/, row);
  });
});
