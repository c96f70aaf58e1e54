import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCondition } from '../../../../tools/compare/gate/condition.ts';
import { evaluateGate } from '../../../../tools/compare/gate/evaluate-gate.ts';
import { renderSummary } from '../../../../tools/compare/text/render-summary.ts';
import { HOSTILE, hostileComparison } from '../html/hostile.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const sample = sampleComparison();
const gateOf = (...texts: readonly string[]) =>
  evaluateGate(sample, { conditions: texts.map(parseCondition), requireVerdict: false });

test('holds the verdict, the gate, the hops and the warnings, in this order', () => {
  const text = renderSummary({ ...sample, gate: gateOf('a slower than 50 %') });
  const headings = text.split('\n').filter((line) => line.startsWith('#'));
  assert.deepEqual(headings, [
    '### GKE is faster\\: Cloud Run takes 2.06 \\(1.91 to 2.22\\) times as long as GKE, typically 12.1 ms more.',
    '#### Gate: fails',
    '#### Configuration differs',
    '#### Where the difference arises',
    '#### Warnings',
  ]);
  assert.match(text, /^A is Cloud Run, B is GKE\.$/m);
  assert.match(
    text,
    /^\| \*\*fails\*\* \| a slower than 50 % \| \+106 % \| \+91 % to \+122 % \| .+ \|$/m,
  );
  assert.match(text, /^\| p95 \| .* \| .* \| .* \|$/m);
  assert.match(
    text,
    /^\| (&emsp;)+server works\.search \| self \| 3\.90 \| 4\.60 \| .* \| \*\*A faster\*\* \|$/m,
  );
});

test('what the verdict leaves out follows the verdict', () => {
  const mix = [{ operation: 'shop:POST /orders', share: 1 }];
  const windows = { lengthMs: 60_000, mix, leftOut: { a: 12, b: 3 } };
  const text = renderSummary({ ...sample, overall: { ...sample.overall, windows } });
  const place = text.indexOf('The verdict leaves out 12 warm requests of Cloud Run and 3 of GKE');
  assert.ok(place > text.indexOf('### ') && place < text.indexOf('A is Cloud Run'), text);
});

test('where no quantile is estimable, the reasons take the place of the table', () => {
  const point = { p50: 12.3, low: null, high: null };
  const tails = sample.tails.map((tail) => ({ ...tail, a: point, b: point, reason: 'too few' }));
  const text = renderSummary({ ...sample, tails });
  assert.match(text, /^Latency:\n\n- median not estimable\\?: too few\.\n- p95 .*\n- p99 .*\n\n/m);
  assert.doesNotMatch(text, /Latency, ms/);
});

test('without conditions it has no gate', () => {
  assert.doesNotMatch(renderSummary(sample), /Gate/);
});

test('each row of a table has as many cells as its head, whatever the names hold', () => {
  const hostile = hostileComparison();
  const text = renderSummary({
    ...hostile,
    gate: gateOf('a slower than 50 %', 'p99 of b slower than 1 ms'),
  });
  let cells = 0;
  for (const line of text.split('\n')) {
    const own = line.startsWith('|') ? line.split(/(?<!\\)\|/).length : 0;
    if (cells > 0 && own > 0) assert.equal(own, cells, line);
    cells = own;
  }
});

test('no text from a trace becomes markup', () => {
  const text = renderSummary(hostileComparison());
  assert.doesNotMatch(text, /<(?!\/?b>)/);
  assert.ok(text.includes('&lt;script\\>'));
  assert.ok(!text.includes(HOSTILE.script));
});

test('a comparison of nothing says why, with the gate that it leaves undecided', () => {
  const unmatched = { ...sample, unmatched: ['No trace matches x=y.'] };
  const gate = evaluateGate(unmatched, {
    conditions: [parseCondition('b slower than 1 %')],
    requireVerdict: true,
  });
  const text = renderSummary({ ...unmatched, gate });
  assert.match(text, /^### Nothing to compare\n\nNo trace matches x=y\.\n/);
  assert.match(text, /Gate: fails, because there is not enough data/);
});

test('a local run says so', () => {
  const local = { ...sample, source: { ...sample.source, local: true } };
  assert.match(renderSummary(local), /\*\*LOCAL run on loopback/);
});

test('ends with a blank line, so that what is appended next begins a block', () => {
  assert.match(renderSummary(sample), /[^\n]\n\n$/);
});

test('many hops are cut, and it says how many', () => {
  const [hop] = sample.hops;
  assert.ok(hop);
  const hops = Array.from({ length: 100 }, (_, at) => ({ ...hop, path: `x > ${at}` }));
  assert.match(renderSummary({ ...sample, hops }), /^60 more hops in the report\.$/m);
});
