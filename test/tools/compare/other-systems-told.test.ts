import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCohort } from '../../../tools/compare/cohorts/cohort.ts';
import { createCollector } from '../../../tools/compare/cohorts/collector.ts';
import { compareCollected } from '../../../tools/compare/compare.ts';
import { renderHtml } from '../../../tools/compare/html/render-html.ts';
import { renderSummary } from '../../../tools/compare/text/render-summary.ts';
import { renderText } from '../../../tools/compare/text/render-text.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { trafficOf } from '../traces/other-systems.ts';

const sidesOf = () => ({
  a: trafficOf({ of: 'single', version: '1', minutes: 12 }),
  b: trafficOf({ of: 'single', version: '2', minutes: 12, seed: 2 }),
});

type Traces = readonly Trace[];

function comparisonOf({ a, b }: { a: Traces; b: Traces }, pairBy: string | null = null) {
  const cohorts = {
    a: parseCohort('a', 'service.version=1'),
    b: parseCohort('b', 'service.version=2'),
  };
  const collector = createCollector(cohorts, { pairBy });
  for (const [side, traces] of [
    ['a', a],
    ['b', b],
  ] as const) {
    for (const trace of traces) collector.add(trace, null, { side });
  }
  return compareCollected(collector.collection()).finish({
    source: { kind: 'memory', name: 'test', local: false, since: null, until: null },
    ...{ drawn: [], truncated: null, sampled: null, totals: null, deviations: [] },
    ...{ ofFiles: true, inspect: 'Run npx shakesapp doctor', isEmptyFile: false },
  });
}

const withAttribute = (traces: Traces, idAt: (at: number) => string): Traces =>
  traces.map(({ spans, ...trace }, at) => ({
    ...trace,
    spans: spans.map((span) => ({
      ...span,
      attributes: { ...span.attributes, 'replay.id': idAt(at) },
    })),
  }));

const findingOf = (sides: { a: Traces; b: Traces }) =>
  comparisonOf(sides, 'replay.id').warnings.find(({ id }) => id === 'pair-by')?.finding;

test('an attribute of --pair-by that no request has is named, with how many have it', () => {
  assert.equal(
    findingOf(sidesOf()),
    '0 of 144 requests in service.version=1 and 0 of 144 in service.version=2 have the attribute replay.id of --pair-by, so no requests were paired: windows of the clock are compared',
  );
});

test('the same where only one side has it, and where no value is on both', () => {
  const { a, b } = sidesOf();
  const named = withAttribute(a, (at) => `a${at}`);
  assert.match(findingOf({ a: named, b }) ?? '', /^144 of 144 requests .* and 0 of 144 in /);
  const other = withAttribute(b, (at) => `b${at}`);
  assert.match(findingOf({ a: named, b: other }) ?? '', /^144 of 144 .* and 144 of 144 in /);
});

test('where requests are paired by it, and where nobody asked for it, nothing is said', () => {
  const { a, b } = sidesOf();
  const same = (traces: Traces) => withAttribute(traces, String);
  assert.equal(findingOf({ a: same(a), b: same(b) }), undefined);
  assert.ok(!comparisonOf({ a, b }).warnings.some(({ id }) => id === 'pair-by'));
});

/** A second root after the first, as of a queue that lost the trace context. */
const withSecondRoot = ({ spans, ...trace }: Trace): Trace => {
  const [root] = spans;
  if (root === undefined) throw new Error('a trace without spans');
  const second = { ...root, spanId: 'f'.repeat(16), name: 'POST /payments' };
  return { ...trace, spans: [...spans, { ...second, startMs: root.endMs, endMs: root.endMs + 9 }] };
};

test('beside the verdict it says of how many traces only the first root counts', () => {
  const { a, b } = sidesOf();
  const [first, second, ...others] = a;
  const some = [first, second].flatMap((one) => (one === undefined ? [] : [withSecondRoot(one)]));
  const comparison = comparisonOf({ a: [...some, ...others], b });
  assert.deepEqual(comparison.severalRoots, { a: 2, b: 0 });
  const said =
    /2 of 144 traces of service.version=1 and 0 of 144 of service.version=2 have several roots, and only the first root of each trace is compared.*--root/s;
  const plain = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll('\\', '');
  const text = plain(renderText(comparison));
  assert.match(text, said);
  assert.ok(text.search(said) < text.indexOf('TAILS'), text);
  assert.match(plain(renderSummary(comparison)), said);
  assert.match(plain(renderHtml(comparison).replaceAll('&#39;', "'")), said);
  assert.equal(comparisonOf({ a, b }).severalRoots, undefined);
});
