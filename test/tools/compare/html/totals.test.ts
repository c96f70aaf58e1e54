import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTotals } from '../../../../tools/compare/html/totals.ts';

const TOTAL = {
  ...{ service: 'client', name: '<GET>', spans: 1_200, errors: 3, roots: 0, orphans: 1 },
  ...{ p50Ms: 12.5, p95Ms: 250, p99Ms: null },
};

test('a row has the counts and quantiles of one service and name, escaped', () => {
  const { text } = renderTotals({ totals: [TOTAL] }) ?? { text: '' };
  assert.match(text, /client:&lt;GET&gt;.*<td>1200<\/td><td>3<\/td><td>1<\/td><td>12\.5 ms<\/td>/);
});

test('past a hundred names it says how many more there are', () => {
  const totals = Array.from({ length: 102 }, () => TOTAL);
  assert.match(renderTotals({ totals })?.text ?? '', /2 names more\./);
});

test('without totals the page has no such section', () => {
  assert.equal(renderTotals({}), null);
});
