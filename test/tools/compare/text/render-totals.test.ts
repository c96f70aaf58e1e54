import assert from 'node:assert/strict';
import { test } from 'node:test';
import { totalLines } from '../../../../tools/compare/text/render-totals.ts';
import type { Total } from '../../../../tools/traces/sources/bigquery/totals.ts';

const TOTAL: Total = {
  ...{ service: 'client', name: 'GET', spans: 1_200, errors: 3, roots: 0, orphans: 1 },
  ...{ p50Ms: 12.5, p95Ms: 250, p99Ms: null },
};

test('a row has the counts and quantiles of one service and name', () => {
  const [title, headings, row] = totalLines({ totals: [TOTAL] });
  assert.match(title ?? '', /^TOTALS OF THE WINDOW/);
  assert.match(headings ?? '', /service:name +spans +errors +orphans +p50 +p95 +p99$/);
  assert.match(row ?? '', /^ {2}client:GET +1200 +3 +1 +12\.5 ms +250 ms +–$/);
});

test('past twenty names it says how many more there are', () => {
  const totals = Array.from({ length: 23 }, (_, index) => ({ ...TOTAL, name: `GET ${index}` }));
  const lines = totalLines({ totals });
  assert.equal(lines.length, 23);
  assert.equal(lines.at(-1), '  and 3 names more; --json has all of them');
});

test('without totals there is nothing to say', () => {
  assert.deepEqual(totalLines({}), []);
});
