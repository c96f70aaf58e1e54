import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sizeOf } from '../../../../tools/bench/folder-size.ts';
import { row } from '../../../../tools/bench/rows/image.ts';
import { runRow } from './run-row.ts';

/** Programs of one megabyte each, and without what is left out. */
async function createBuilt({ bytes = 1_000_000, leftOut = '' } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  for (const program of ['loadgen', 'client', 'server']) {
    await mkdir(join(folder, program), { recursive: true });
    for (const file of ['start.cjs', 'program.js'].filter((each) => each !== leftOut)) {
      const content = file === 'program.js' ? Buffer.alloc(bytes) : '';
      await writeFile(join(folder, program, file), content);
    }
  }
  await mkdir(join(folder, 'node_modules'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const command = (name: string) => ({ args: [`./${name}/start.cjs`], env: {}, cwd: folder });
  return { folder, command, remove };
}

test('image counts what the Dockerfile copies of each program, the licences included', async () => {
  let common = 0;
  const buildPrograms = async () => {
    const built = await createBuilt();
    const remove = () => {
      const texts = ['package.json', 'LICENSE', 'THIRD_PARTY_LICENSES.md', 'node_modules'];
      common = texts.reduce((sum, text) => sum + sizeOf(join(built.folder, text)), 0);
      return built.remove();
    };
    return { ...built, remove };
  };
  const lines = await runRow('image', row, { buildPrograms });
  assert.equal(lines.length, 3);
  for (const { ours, other, goal, met } of lines) {
    assert.deepEqual([ours, other, goal, met], [(1_000_000 + common) / 1e6, 8, '≤ 8 MB', true]);
  }
});

test('image misses its goal above the limit, and fails where a file is missing', async () => {
  const large = await runRow('image', row, { buildPrograms: () => createBuilt({ bytes: 8e6 }) });
  assert.deepEqual(
    large.map(({ met }) => met),
    [false, false, false],
  );
  for (const leftOut of ['start.cjs', 'program.js']) {
    const buildPrograms = () => createBuilt({ leftOut });
    await assert.rejects(
      runRow('image', row, { buildPrograms }),
      /loadgen answered wrong: loadgen is not complete/,
    );
  }
});
