import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inColumns, overallOf } from './paired-samples.ts';

test('many runs on one side do not make up for few on the other', () => {
  const runs = (count: number, ms: number) =>
    Array.from({ length: count }, () => Array(10).fill(ms));
  const overall = overallOf({ paired: false, a: runs(30, 50), b: runs(5, 40) });
  assert.equal(overall.verdict, 'not-enough-data');
  assert.match(overall.reason ?? '', /^5 runs with warm requests/);
  const few = overallOf({ paired: false, a: [[1], [1], [1], [1], [1], [1]], b: runs(30, 40) });
  assert.match(few.reason ?? '', /^6 warm requests, and a verdict needs 20$/);
});

test('six runs of four are enough for a verdict, five runs or nineteen requests are not', () => {
  const runs = (count: number, each: number) => ({
    paired: true as const,
    runs: Array.from({ length: count }, (_, run) =>
      inColumns(Array.from({ length: each }, (_, at) => ({ a: 50 + run + at, b: 40 + at }))),
    ),
  });
  assert.equal(overallOf(runs(6, 4)).verdict, 'b-faster');
  assert.equal(overallOf(runs(5, 10)).verdict, 'not-enough-data');
  assert.equal(overallOf(runs(6, 3)).verdict, 'not-enough-data');
  const [first, ...rest] = runs(6, 3).runs;
  assert.ok(first);
  const longer = { a: [...first.a, 51], b: [...first.b, 41] };
  assert.match(
    overallOf({ paired: true, runs: [longer, ...rest] }).reason ?? '',
    /^19 pairs of warm requests, and a verdict needs 20$/,
  );
});
