import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseKnownQueries } from '../../../lib/queries.ts';

const folder = mkdtempSync(join(tmpdir(), 'shakesapp-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'a.txt'), 'Call me Ishmael.\nThe whale.\n');
writeFileSync(join(folder, 'b.txt'), 'A WHALE\n');

function run(...args: string[]) {
  return spawnSync(process.execPath, ['tools/queries/main.ts', ...args], { encoding: 'utf8' });
}

describe('npm run queries', () => {
  it('prints a table that KNOWN_QUERIES takes', () => {
    const { stdout, stderr, status } = run('--dir', folder, '--query', 'whale', '--query', 'me');
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.deepEqual({ ...parseKnownQueries(stdout) }, { whale: 2, me: 1 });
  });

  it('warns of a query that no line contains', () => {
    const { stderr, status } = run('--dir', folder, '--query', 'love');
    assert.equal(status, 0);
    assert.match(stderr, /in no line: "love"/);
  });

  it('prints with --json what was read as well', () => {
    const { stdout } = run('--dir', folder, '--query', 'whale', '--json');
    assert.deepEqual(JSON.parse(stdout), {
      source: { folder },
      texts: 2,
      bytes: 36,
      lines: 3,
      queries: { whale: 2 },
    });
  });

  it('exits 2 on bad usage, which a folder that there is not is', () => {
    assert.equal(run().status, 2);
    const missing = join(folder, 'missing');
    const { status, stderr } = run('--dir', missing);
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`^queries: --dir ${missing}: no such folder\n`));
  });

  it('exits 1 where the texts cannot be read', () => {
    const empty = mkdtempSync(join(folder, '.empty-'));
    assert.equal(run('--dir', empty).status, 1);
  });

  it('prints its help', () => {
    const { stdout, status } = run('--help');
    assert.equal(status, 0);
    assert.match(stdout, /^Usage: npm run -s queries/);
  });
});
