import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { sizeOfFile } from '../../../../tools/traces/sources/file-size.ts';
import { openFiles } from '../../../../tools/traces/sources/files.ts';
import { readSome } from '../../../../tools/traces/sources/sampling/read-some.ts';
import type { TraceSource } from '../../../../tools/traces/sources/source.ts';
import { renderTraceFile } from '../../../../tools/traces/sources/trace-lines.ts';
import { joinSides } from '../../../../tools/traces/sources/two-sides.ts';
import { requestTrace } from '../request-trace.ts';
import { otlp } from './otlp-file.ts';
import { toArray } from './to-array.ts';

const SIGNAL = new AbortController().signal;
const LOCAL = { kind: 'saved-file', name: 'f', local: true, since: null, until: null } as const;
const folder = await mkdtemp(join(tmpdir(), 'read-some-'));
after(() => rm(folder, { recursive: true, force: true }));

const tracesOf = (run: number) =>
  Array.from({ length: 20 }, (_, sequence) => requestTrace({ run, sequence }));

async function fileWith(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const saved = await fileWith('saved', renderTraceFile(LOCAL, tracesOf(1)));
const packed = await fileWith('packed', gzipSync(renderTraceFile(LOCAL, tracesOf(2))));
const indented = await fileWith(
  'indented',
  renderTraceFile(LOCAL, tracesOf(3)).replaceAll('\n{"traceId"', '\n  {"traceId"'),
);
const several = await fileWith(
  'several',
  renderTraceFile(LOCAL, tracesOf(4)).replaceAll(']}\n{"traceId"', ']}{"traceId"'),
);
const document = await fileWith(
  'document',
  // The spans of a trace are spread over the file.
  [0, 4]
    .flatMap((from) => tracesOf(5).map((trace) => otlp(trace, from, from === 0 ? 4 : undefined)))
    .map((one) => `${JSON.stringify(one)}\n`)
    .join(''),
);

const SOURCES: Readonly<Record<string, () => Promise<TraceSource>>> = {
  'saved traces': () => openFiles([saved, packed]),
  'saved traces behind spaces': () => openFiles([indented, saved]),
  'saved traces, several of them a line': () => openFiles([several, saved]),
  'OTLP that is read part by part': () => openFiles([saved, document], { fewestBytes: 0 }),
  'OTLP that is read at once': () => openFiles([saved, document], { fewestBytes: Infinity }),
  'two sides': async () =>
    joinSides({
      a: await openFiles([saved]),
      b: await openFiles([document], { fewestBytes: 0 }),
    }),
};

for (const [name, open] of Object.entries(SOURCES)) {
  test(`some traces of a source are those at their places (${name})`, async () => {
    const source = await open();
    const all = await toArray(source.read(SIGNAL));
    const isWanted = (place: number) => place % 3 === 1 || place > 25;
    const some = await toArray(readSome(source, isWanted, SIGNAL));
    assert.deepEqual(
      some,
      all.filter((_, place) => isWanted(place)),
    );
    assert.deepEqual(
      some.map((trace) => source.sideOf?.(trace)),
      all.filter((_, place) => isWanted(place)).map((trace) => source.sideOf?.(trace)),
    );
    assert.equal(source.truncated(), null);
  });
}

test('the lines of a large file are counted where traces are by line, of a small one not', async () => {
  const text = `${'x'.repeat(1_023)}\n`.repeat(20_000);
  const large = await fileWith('large', text);

  const byLine = { isByLine: true };
  const { length: bytes } = text;
  assert.deepEqual(await sizeOfFile(large, SIGNAL, byLine), { lines: 20_001, bytes });
  assert.equal((await sizeOfFile(saved, SIGNAL, byLine)).lines, null);
  assert.deepEqual(await sizeOfFile(large, SIGNAL, { isByLine: false }), { lines: null, bytes });
});

test('a source says how many traces its index has', async () => {
  const source = await openFiles([document], { fewestBytes: 0 });
  assert.equal((await source.size?.(SIGNAL))?.traces, 20);
});
