import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readLogs } from '../../../tools/doctor/logs.ts';

async function read(t: TestContext, content: string | Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'logs-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'log');
  await writeFile(file, content);
  const { lines, cutShort } = await readLogs(file, new AbortController().signal);
  return { messages: lines.map(({ message }) => message), cutShort };
}

const ENTRIES = '[{"textPayload":"one"},{"jsonPayload":{"message":"two"}}]';
const LINES = '{"message":"one"}\n\n{"message":"two"}\n';

for (const [title, content] of [
  ['JSON lines', LINES],
  ['JSON lines behind a byte order mark', `\ufeff${LINES}`],
  ['a compressed file', gzipSync(LINES)],
  ['an array of entries', ENTRIES],
  ['an array behind a byte order mark', `\ufeff${ENTRIES}`],
  ['an array over many lines', JSON.stringify(JSON.parse(ENTRIES), null, 2)],
] as const) {
  test(`reads ${title}`, async (t) => {
    assert.deepEqual(await read(t, content), { messages: ['one', 'two'], cutShort: null });
  });
}

test('an empty array holds no line', async (t) => {
  assert.deepEqual((await read(t, '\ufeff[]')).messages, []);
});

test('a last line that is cut off is left out, and it says so', async (t) => {
  const { messages, cutShort } = await read(t, `${LINES}{"message":"thr`);
  assert.deepEqual(messages, ['one', 'two']);
  assert.match(cutShort ?? '', /log is cut off in line 4; what is before it was read$/);
});

test('an array that is cut off is refused with file, line and what is allowed', async (t) => {
  await assert.rejects(read(t, ENTRIES.slice(0, 30)), {
    message: /^cannot read the log file .*log: line 1 begins an array .*; allowed: JSON lines, or /,
  });
});
