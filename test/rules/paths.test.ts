import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listFiles } from '../working-copy.ts';
import { ROOT } from './sources.ts';

/** A path from the project's root; NAME stands for a file that a reader is to write. */
const PATH =
  /(?<![\w./-])(?:docs|functions|lib|proto|services|terraform|test|tools)\/[\w./-]+\.(?:hcl|json|md|mjs|proto|tf|ts)\b(?!\w)/g;

test('every file that a comment, a message or a document names is there', async () => {
  const files = (await listFiles()).filter((file) => !/^(test\/|package-lock)/.test(file));
  const named = files
    .filter((file) => existsSync(join(ROOT, file)))
    .flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(PATH)].map(([path]) => ({ file, path })),
    )
    .filter(({ path }) => !path.includes('NAME'));
  assert.ok(named.length > 100, `${named.length}`);
  const dead = named.filter(({ path }) => !existsSync(join(ROOT, path)));
  assert.deepEqual(dead, []);
});
