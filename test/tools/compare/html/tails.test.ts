import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { renderTails } from '../../../../tools/compare/html/tails.ts';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import { sampleComparison } from './sample-comparison.ts';

const sample = sampleComparison();
const render = (comparison: Comparison) => renderTails(comparison)?.text ?? null;

test('has a row for each quantile, with both sides, the ratio and their intervals', () => {
  const { document } = parseHTML(`<!doctype html><html><body>${render(sample)}</body></html>`);
  const rows = [...document.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  assert.deepEqual(
    rows.map(([name]) => name),
    ['median', 'p95', 'p99'],
  );
  assert.deepEqual(rows[0], [
    'median',
    '23.6 ms 22.4 ms to 24.8 ms',
    '11.4 ms 10.8 ms to 12.0 ms',
    '2.07 1.97 to 2.17',
  ]);
  assert.deepEqual(rows[2], ['p99', '–', '–', '–']);
  assert.match(document.body.textContent ?? '', /p99 not estimable: 396 requests/);
});

test('where no quantile is estimable, the reasons take the place of the table', () => {
  const point = { p50: 12.3, low: null, high: null };
  const reason = '8 requests, and it needs more';
  const tails = sample.tails.map((tail) => ({ ...tail, a: point, b: point, reason }));
  const page = render({ ...sample, tails }) ?? '';
  const { document } = parseHTML(`<!doctype html><html><body>${page}</body></html>`);
  const reasons = ['median', 'p95', 'p99'].map((name) => `${name} not estimable: ${reason}.`);
  assert.equal(document.body.textContent, `Tails\n${reasons.join(' ')}`);
  assert.equal(document.querySelector('table'), null);
});

test('is nothing where no request counts', () => {
  const none = { p50: null, low: null, high: null };
  const tails = sample.tails.map((tail) => ({ ...tail, a: none, b: none }));
  assert.equal(render({ ...sample, tails }), null);
});
