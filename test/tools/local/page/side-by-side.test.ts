import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderBeside } from '../../../../tools/local/page/side-by-side.ts';
import { HOSTILE } from '../../compare/html/hostile.ts';
import { requestTrace } from '../../traces/request-trace.ts';

const slow = { trace: requestTrace({ sequence: 1, parts: { search: 30 } }), logs: [] };
const fast = {
  trace: requestTrace({ sequence: 2, platform: 'gcp_kubernetes_engine' }),
  logs: [],
};

const rowsOf = (markup: string) => markup.split('<li class="row ').slice(1);
const widthsOf = (row: string) =>
  [...row.matchAll(/<rect [^>]*width="([\d.]+)%"/g)].map(([, width]) => Number(width));

test('two traces share a row, a colour and a scale per hop, each in its own column', () => {
  const rows = rowsOf(`${renderBeside(slow, fast)}`);
  assert.equal(rows.length, slow.trace.spans.length);
  for (const row of rows) {
    assert.equal(row.match(/<svg class="bars"/g)?.length, 2);
    assert.equal(widthsOf(row).length, 2);
  }
  const search = rows.find((row) => row.includes('works.search') && row.includes('30.0 ms'));
  const [slowWidth = 0, fastWidth = 0] = widthsOf(search ?? '');
  assert.ok(slowWidth > 9 * fastWidth, `${slowWidth} % and ${fastWidth} %`);
});

test('says which trace is which, and a hop that only one of them has stays empty in the other', () => {
  const short = { logs: [], trace: { ...fast.trace, spans: fast.trace.spans.slice(0, 3) } };
  const markup = `${renderBeside(slow, short)}`;
  assert.match(markup, /1: Cloud Run \(local\) at 10:00:00, /);
  assert.match(markup, /2: GKE \(local\) at 10:00:00, /);
  assert.match(
    markup,
    new RegExp(`<code>${slow.trace.traceId}</code>[\\s\\S]*<code>${short.trace.traceId}</code>`),
  );
  const counts = rowsOf(markup).map((row) => widthsOf(row).length);
  assert.deepEqual(counts, [2, 2, 2, ...Array(slow.trace.spans.length - 3).fill(1)]);
});

test('the text of a span stays text', () => {
  const spans = fast.trace.spans.map((span) => ({ ...span, name: HOSTILE.closing }));
  const markup = `${renderBeside(slow, { logs: [], trace: { ...fast.trace, spans } })}`;
  assert.match(markup, /&lt;img/);
  assert.doesNotMatch(markup, /<script|<img/);
});
