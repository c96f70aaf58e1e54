import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseKnownQueries } from '../../../lib/queries.ts';
import { runCli } from '../cli/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'shakesapp-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'a.txt'), 'Call me Ishmael.\nThe whale.\n');
writeFileSync(join(folder, 'b.txt'), 'A WHALE\n');

const run = (...args: readonly string[]) => runCli(['queries', ...args]);

describe('npx shakesapp queries', () => {
  it('prints a table that KNOWN_QUERIES takes', async () => {
    const { stdout, stderr, code } = await run(
      '--dir',
      folder,
      '--query',
      'whale',
      '--query',
      'me',
    );
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.deepEqual({ ...parseKnownQueries(stdout) }, { whale: 2, me: 1 });
  });

  it('warns of a query that no line contains', async () => {
    const { stderr, code } = await run('--dir', folder, '--query', 'love');
    assert.equal(code, 0);
    assert.match(stderr, /in no line: "love"/);
  });

  it('prints with --json what was read as well', async () => {
    const { stdout } = await run('--dir', folder, '--query', 'whale', '--json');
    assert.deepEqual(JSON.parse(stdout), {
      source: { folder },
      texts: 2,
      bytes: 36,
      lines: 3,
      queries: { whale: 2 },
    });
  });

  it('exits 2 on bad usage, which a folder that there is not is', async () => {
    assert.equal((await run()).code, 2);
    const missing = join(folder, 'missing');
    const { code, stderr } = await run('--dir', missing);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`^queries: --dir ${missing}: no such directory `));
  });

  it('exits 1 where the texts cannot be read', async () => {
    const empty = mkdtempSync(join(folder, '.empty-'));
    assert.equal((await run('--dir', empty)).code, 1);
  });
});
