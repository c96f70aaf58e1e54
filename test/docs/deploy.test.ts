import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../rules/sources.ts';
import { readDocument, readInlineCode } from './documents.ts';

const { text } = readDocument('docs/deploy.md');
const SECTION = /^## What you can set\n(.*?)^## /ms.exec(text)?.[1] ?? '';

function variablesOf(root: string): readonly string[] {
  const file = readFileSync(join(ROOT, root, 'variables.tf'), 'utf8');
  return [...file.matchAll(/^variable "(\w+)"/gm)].map(([, name = '']) => name);
}

describe('docs/deploy.md, what you can set', () => {
  it('names every variable of terraform/ in its table, and no other', () => {
    const rows = SECTION.split('\n').filter((line) => line.startsWith('| the '));
    const named = rows.flatMap((row) => readInlineCode(row)).filter((word) => word !== 'iam');
    assert.deepEqual(named.sort(), [...variablesOf('terraform')].sort());
  });

  for (const root of ['terraform/gke/cluster', 'terraform/gke/workloads']) {
    it(`names every variable of ${root}`, () => {
      const variables = variablesOf(root);
      assert.ok(variables.length > 0);
      assert.deepEqual(
        variables.filter((name) => !SECTION.includes(`\`${name}\``)),
        [],
      );
    });
  }
});
