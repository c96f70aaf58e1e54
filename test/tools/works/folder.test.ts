import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFolder } from '../../../tools/works/folder.ts';

test('reads the files of a folder and of its folders, without hidden files and links', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'works-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'b/c'), { recursive: true });
  await mkdir(join(folder, '.git'));
  await writeFile(join(folder, 'b/c/two.txt'), Buffer.from([0xe6]));
  await writeFile(join(folder, 'one.txt'), 'one');
  await writeFile(join(folder, '.git/hidden'), '');
  await symlink('/etc/passwd', join(folder, 'link.txt'));
  assert.deepEqual(await readFolder(folder), [
    { name: 'b/c/two.txt', bytes: Buffer.from([0xe6]) },
    { name: 'one.txt', bytes: Buffer.from('one') },
  ]);
  await assert.rejects(readFolder(join(folder, '.git/none')), { code: 'ENOENT' });
  await rm(join(folder, 'one.txt'));
  await rm(join(folder, 'b'), { recursive: true });
  await assert.rejects(readFolder(folder), /contains no files/);
});
