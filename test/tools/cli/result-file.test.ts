import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatBytes, writeResult } from '../../../tools/cli/result-file.ts';

test('a result is written, and one line on stderr says where and how much', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'result-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'out.json');
  const said = t.mock.method(process.stderr, 'write', () => true);
  await writeResult(file, 'é'.repeat(750));
  assert.equal(await readFile(file, 'utf8'), 'é'.repeat(750));
  assert.deepEqual(
    said.mock.calls.map((call) => call.arguments),
    [[`wrote ${file} (1.50 kB)\n`]],
  );
});

const SIZES: readonly (readonly [number, string])[] = [
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.00 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.00 MB'],
  [2_340_000_000, '2.34 GB'],
  [1_200_000_000_000, '1200 GB'],
];
for (const [bytes, shown] of SIZES) {
  test(`${bytes} bytes are shown as ${shown}`, () => assert.equal(formatBytes(bytes), shown));
}
