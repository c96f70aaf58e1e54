import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeEnvironmentFile } from '../../../../tools/local/platforms/environment-file.ts';

test('a shell reads the file of a program’s environment, whatever a value holds', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'environment-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const value = `{"it's": 1, "$HOME": "\`x\`"}\nsecond line`;
  const of = { platform: 'gke', program: 'server' } as const;
  const { path, remove } = await writeEnvironmentFile(of, { PORT: '5050', KNOWN: value }, folder);
  assert.equal(path, join(folder, 'gke-server.env'));
  const script = '. "$1"; env | grep ^PORT=; printf %s "$KNOWN"';
  const read = execFileSync('/bin/sh', ['-c', script, 'sh', path], { encoding: 'utf8' });
  assert.equal(read, `PORT=5050\n${value}`);
  await remove();
  assert.ok(!existsSync(path));
});
