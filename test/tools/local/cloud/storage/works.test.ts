import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import {
  LOCAL_QUERIES,
  readOwnWorks,
  readPlays,
  WORKS_PREFIX,
} from '../../../../../tools/local/cloud/storage/works.ts';

suite('the works', () => {
  test('are three plays; Julius Caesar keeps its ISO-8859-1 bytes', async () => {
    const works = await readPlays();
    assert.deepEqual(
      works.map(({ name, bytes }) => [name, bytes.length]),
      [
        [`${WORKS_PREFIX}caesar.txt`, 112_310],
        [`${WORKS_PREFIX}hamlet.txt`, 162_881],
        [`${WORKS_PREFIX}macbeth.txt`, 100_351],
      ],
    );
    assert.throws(() => new TextDecoder('utf-8', { fatal: true }).decode(works[0]?.bytes));
  });

  test('contain each known query in as many lines as grep counts', async (t) => {
    const works = await readPlays();
    assert.ok(Object.keys(LOCAL_QUERIES).length >= 8);
    const input = Buffer.concat(works.map(({ bytes }) => bytes));
    const folder = await mkdtemp(join(tmpdir(), 'works-'));
    t.after(() => rm(folder, { recursive: true }));
    for (const [query, expected] of Object.entries(LOCAL_QUERIES)) {
      // As bytes of ISO-8859-1 in a file: an argument would arrive as UTF-8.
      await writeFile(join(folder, 'query'), Buffer.from(query, 'latin1'));
      const args = ['-a', '-i', '-c', '-F', '-f', join(folder, 'query')];
      const counted = execFileSync('grep', args, { input, env: { ...process.env, LC_ALL: 'C' } });
      assert.equal(Number(counted.toString()), expected, query);
    }
  });

  test('of a folder are its files under the same prefix', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'works-'));
    t.after(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'one.txt'), 'one');
    assert.deepEqual(await readOwnWorks(folder), [
      { name: `${WORKS_PREFIX}one.txt`, bytes: Buffer.from('one') },
    ]);
  });
});
