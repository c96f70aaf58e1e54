import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFiles } from '../../../../tools/traces/sources/files.ts';
import { fixture, readFixture, spansOf } from './foreign-file.ts';
import { toArray } from './to-array.ts';

const TIMES = ['"duration"', '"endTimeUnixNano"', '"endTime"'];

/** How many spans are read at some cut, the last of which lies in the last span. */
const EACH = [0, 1, 2, 3, 4, 5];
const FILES: readonly (readonly [string, readonly number[]])[] = [
  // Its processes, which say whose the spans are, come after the spans of a trace.
  ['shop-jaeger-of-query-api.json', [0, 5]],
  ['shop-zipkin-of-server.json', EACH],
  ['shop-tempo-of-api-v1.json', EACH],
  ['shop-tempo-of-api-v2.json', EACH],
  ['shop-cloud-trace-v1.json', EACH],
];

for (const [file, counts] of FILES) {
  test(`${file} is read up to where it is cut off, and no half of a span`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'cut-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'in');
    const text = (await readFile(fixture(file), 'utf8')).trim();
    const complete = spansOf((await readFixture(file)).traces);
    // Within the last span.
    const last = Math.max(...TIMES.map((name) => text.lastIndexOf(name)));
    const seen: number[] = [];
    for (let at = (last % 101) + 101; at <= last; at += 101) {
      await writeFile(path, text.slice(0, at));
      const source = await openFiles([path]);
      const reading = toArray(source.read(AbortSignal.timeout(60_000)));
      const traces = await reading.catch((error: Error) => {
        assert.match(error.message, /line \d+ is cut off.*; no span is complete before that$/);
        return [];
      });
      const spans = spansOf(traces);
      for (const span of spans) {
        assert.deepEqual(
          span,
          complete.find(({ spanId }) => spanId === span.spanId),
        );
      }
      if (spans.length > 0) assert.match(source.truncated() ?? '', /is cut off in line \d+;/);
      if (spans.length !== seen.at(-1)) seen.push(spans.length);
    }
    assert.deepEqual(seen, counts);
  });
}
