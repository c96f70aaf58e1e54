import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFiles } from '../../../../tools/traces/sources/files.ts';
import { fixture, readFixture, spansOf } from './foreign-file.ts';
import { toArray } from './to-array.ts';

const TIMES = ['"duration"', '"endTimeUnixNano"', '"endTime"'];

/** How many spans stand before the last cut, which lies in the last span. */
const FILES: readonly (readonly [string, number])[] = [
  ['shop-jaeger-of-query-api.json', 5],
  ['shop-zipkin-of-server.json', 5],
  ['shop-tempo-of-api-v1.json', 5],
  ['shop-tempo-of-api-v2.json', 5],
  ['shop-cloud-trace-v1.json', 5],
];

for (const [file, most] of FILES) {
  test(`${file} is read up to where it is cut off, and no half of a span`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'cut-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'in');
    const text = (await readFile(fixture(file), 'utf8')).trim();
    const complete = spansOf((await readFixture(file)).traces);
    // Within the last span.
    const last = Math.max(...TIMES.map((name) => text.lastIndexOf(name)));
    let before = 0;
    for (let at = (last % 211) + 211; at <= last; at += 211) {
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
      assert.ok(spans.length >= before, `${spans.length} after ${before} at ${at}`);
      if (spans.length > 0) assert.match(source.truncated() ?? '', /is cut off in line \d+;/);
      before = spans.length;
    }
    assert.equal(before, most);
  });
}
