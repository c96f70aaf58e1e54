import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from '../../../../tools/cli/format.ts';
import { tailLines } from '../../../../tools/compare/text/render-tails.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const sample = sampleComparison();

test('states each quantile of both sides with its interval, and the ratio', () => {
  const lines = tailLines(sample);
  assert.match(lines[0] ?? '', /^TAILS, ms +Cloud Run +GKE +ratio$/);
  assert.match(
    lines[1] ?? '',
    /^median +23\.6 \(22\.4 to 24\.8\) +11\.4 \(10\.8 to 12\.0\) +2\.07 \(/,
  );
  assert.match(lines[2] ?? '', /^p95 /);
});

test('a quantile that is not estimable has no figure, and says why', () => {
  const lines = tailLines(sample);
  assert.match(lines[3] ?? '', /^p99 +– +– +–$/);
  assert.ok(lines.includes('p99 not estimable: 396 requests, and it needs 1000.'));
});

test('where no quantile is estimable, the reasons take the place of the table', () => {
  const point = { p50: 12.3, low: null, high: null };
  const reason = '8 requests, and it needs more';
  const tails = sample.tails.map((tail) => ({ ...tail, a: point, b: point, reason }));
  assert.deepEqual(tailLines({ ...sample, tails }), [
    'TAILS',
    `median not estimable: ${reason}.`,
    `p95 not estimable: ${reason}.`,
    `p99 not estimable: ${reason}.`,
  ]);
});

test('sides that must not be compared are called so', () => {
  const [median] = sample.tails;
  assert.ok(median);
  const ratio = { p50: null, low: null, high: null };
  const lines = tailLines({ ...sample, tails: [{ ...median, ratio, reason: 'wrong answers' }] });
  assert.ok(lines.includes('median not compared: wrong answers.'));
});

test('is nothing where no request counts', () => {
  const none = { p50: null, low: null, high: null };
  const tails = sample.tails.map((tail) => ({ ...tail, a: none, b: none }));
  assert.deepEqual(tailLines({ ...sample, tails }), []);
});

test('fits 80 columns but for what is folded, also with long labels and large figures', () => {
  const long = { p50: 123_456.7, low: 98_765.4, high: 234_567.8 };
  const { a, b } = sample.cohorts;
  const lines = tailLines({
    ...sample,
    cohorts: { a: { ...a, label: 'x'.repeat(90) }, b: { ...b, label: 'y'.repeat(90) } },
    tails: sample.tails.map((tail) => ({ ...tail, a: long, b: long })),
  });
  assert.ok(lines.slice(0, 4).every((line) => columnsOf(line) <= 80));
});
