import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createLinePlaces } from '../../../../tools/traces/sources/line-places.ts';
import { findTraceLines, readTraceLines } from '../../../../tools/traces/sources/saved-traces.ts';
import { endLine, headLine, traceLine } from '../../../../tools/traces/sources/trace-lines.ts';
import { requestTrace } from '../request-trace.ts';
import { toArray } from './to-array.ts';

const SIGNAL = AbortSignal.timeout(60_000);
const SOURCE = { kind: 'memory', name: 'test', local: false, since: null, until: null } as const;
/** The second one is longer than what is read at first. */
const TRACES = [0, 1, 2].map((run) =>
  requestTrace({ run, query: run === 1 ? 'ä'.repeat(100_000) : 'love' }),
);

/** Reads a file, then the first two of its traces, in another order, and one that it lacks. */
async function readTwice(t: TestContext, change: (text: string) => string | Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'line-places-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'saved');
  const end = endLine({ traces: TRACES.length, truncated: null });
  await writeFile(path, change([headLine(SOURCE, null), ...TRACES.map(traceLine), end].join('')));
  const places = createLinePlaces();
  const all = await toArray(readTraceLines(path, SIGNAL, { places }));
  const only = new Set([TRACES[1]?.traceId ?? '', 'f'.repeat(32), TRACES[0]?.traceId ?? '']);
  const found = await toArray(findTraceLines(path, SIGNAL, { only, places }));
  return { all, found: found.filter(({ traceId }) => only.has(traceId)), places, path };
}

for (const [what, change, isByPlace] of [
  ['a line each', (text: string) => text, true],
  ['that end as on Windows', (text: string) => text.replaceAll('\n', '\r\n'), true],
  ['over many lines', (text: string) => text.replaceAll(',"spans":', ',\n"spans":'), false],
  ['in a compressed file', (text: string) => gzipSync(text), false],
] as const) {
  test(`finds traces ${what} again`, async (t) => {
    const { all, found, places, path } = await readTwice(t, change);
    assert.deepEqual(all, TRACES);
    assert.deepEqual(found, TRACES.slice(0, 2));
    assert.equal(await places.canRead(path), isByPlace);
  });
}
