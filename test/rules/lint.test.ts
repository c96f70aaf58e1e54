import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runToEnd } from '../run-to-end.ts';
import { ROOT } from './sources.ts';

const BIOME = join(ROOT, 'node_modules/.bin/biome');

/** What biome says of a repository with our configuration and these files. */
async function lint(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'lint-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['biome.json', '.gitignore']) {
    await copyFile(join(ROOT, name), join(folder, name));
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const { code, stdout, stderr } = await runToEnd(BIOME, ['check', '.'], { cwd: folder });
  return { code, output: stdout + stderr };
}

const RESULT = `{"a":1,"b":[${'1,'.repeat(60)}1]}`;
const ILL = 'export const  a = 1\n';

test('what a person has written into the folder with --json does not fail the check', async (t) => {
  const { code, output } = await lint(t, { 'run-1.json': RESULT, 'results/run.json': RESULT });
  assert.equal(code, 0, output);
});

for (const file of ['lib/a.ts', 'tools/a/b.ts', 'test/a.ts', 'terraform/a/b.mjs']) {
  test(`${file} is checked`, async (t) => {
    const { code, output } = await lint(t, { [file]: ILL });
    assert.notEqual(code, 0, output);
    assert.ok(output.includes(file), output);
  });
}
