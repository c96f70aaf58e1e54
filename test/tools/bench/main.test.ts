import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const FOLDER = join(import.meta.dirname, '../../../tools/bench');
const run = promisify(execFile);

test('--help names every benchmark that has a file, and only those', async () => {
  const { stdout } = await run(process.execPath, [join(FOLDER, 'main.ts'), '--help']);
  const named = [...stdout.matchAll(/^ {2}(\w[\w-]*) {2,}\S/gm)].map(([, name]) => `${name}.ts`);
  const files = new Set(await readdir(FOLDER));
  assert.ok(named.length >= 2);
  for (const name of named) assert.ok(files.has(name), name);
});

test('an unknown name is bad usage', async () => {
  await assert.rejects(run(process.execPath, [join(FOLDER, 'main.ts'), 'nope']), { code: 2 });
});
