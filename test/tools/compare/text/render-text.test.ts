import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf } from '../../../../tools/cli/format.ts';
import { parseCondition } from '../../../../tools/compare/gate/condition.ts';
import { evaluateGate } from '../../../../tools/compare/gate/evaluate-gate.ts';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import type { Hop } from '../../../../tools/compare/statistics/hop.ts';
import { renderBrief } from '../../../../tools/compare/text/render-brief.ts';
import { renderText } from '../../../../tools/compare/text/render-text.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

const sample = sampleComparison();
const withHops = (change: (hop: Hop) => Partial<Hop>): Comparison => ({
  ...sample,
  hops: sample.hops.map((hop) => ({ ...hop, ...change(hop) })),
});

for (const [name, text] of [
  ['wide', '検索サービス'],
  ['emoji', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
  ['combined', 'e\u0301'],
] as const) {
  test(`labels, services and span names of ${name} characters stay within 100 columns`, () => {
    const long = text.repeat(20);
    const { a, b } = sample.cohorts;
    const foreign: Comparison = {
      ...withHops(() => ({ service: long, name: long })),
      cohorts: { a: { ...a, label: long }, b: { ...b, label: long, filter: long } },
      configuration: [{ key: long, a: long, b: long }],
    };
    for (const shown of [renderText(foreign), renderBrief(foreign)]) {
      const tooWide = shown.split('\n').filter((line) => columnsOf(line) > 100);
      assert.deepEqual(tooWide, []);
    }
  });
}

for (const width of [70, 80, 100]) {
  test(`in a terminal of ${width} columns nothing is wider, whatever there is to say`, () => {
    const conditions = ['a slower than 50 %', 'p99 of a slower than 1 ms'].map(parseCondition);
    const full: Comparison = {
      ...sample,
      gate: evaluateGate(sample, { conditions, requireVerdict: true }),
      failures: [failure()],
      totals: [
        {
          service: 'a-service-with-a-long-name',
          name: 'a.span.with.a.long.name',
          spans: 123_456,
          errors: 12,
          roots: 0,
          orphans: 0,
          p50Ms: 1_234.5,
          p95Ms: 2_345.6,
          p99Ms: null,
        },
      ],
      hopsLeftOut: 3,
      unmatched: [],
      reconciliation: 'Single hops differ surely, but the request does not. '.repeat(4).trim(),
    };
    const nothing = { ...full, unmatched: ['No trace matches this filter. '.repeat(9).trim()] };
    for (const comparison of [full, nothing]) {
      const lines = renderText(comparison, width).split('\n');
      assert.deepEqual(
        lines.filter((line) => columnsOf(line) > width),
        [],
      );
    }
  });
}

test('a narrow terminal has no column for the critical path, nor a legend of it', () => {
  assert.match(renderText(sample), / path +path$/m);
  assert.match(renderText(sample), /path: what the hop adds/);
  assert.doesNotMatch(renderText(sample, 80), / path\b/);
});

function failure(): Comparison['failures'][number] {
  return {
    outcome: 'status 504',
    where: 'the server answered too late for its client, which had waited for 10 s',
    end: 'too-late',
    requests: { a: 7, b: 0 },
    since: '2026-03-02T10:00:00.000Z',
    last: '2026-03-02T10:06:00.000Z',
    detail: 'server grpc.shakesapp.ShakespeareService/GetMatchCount: DEADLINE_EXCEEDED after 10 s',
    exemplar: {
      cohort: 'a',
      traceId: 'a1'.repeat(16),
      waterfall: sample.exemplars.a.p95,
    },
    newest: [],
  };
}

test('labels and filters are shown complete: two that differ in their middle stay distinct', () => {
  const name = (middle: string) =>
    `service.version=v1,cloud.region=europe-west${middle},k8s.cluster.name=shakesapp 03-02 10:00–10:30Z`;
  const { a, b } = sample.cohorts;
  const cohorts = {
    a: { ...a, label: name('1'), filter: name('3') },
    b: { ...b, label: name('2'), filter: name('4') },
  };
  const lines = renderText({ ...sample, cohorts }).split('\n');
  const from = lines.findIndex((line) => line.startsWith('COHORTS'));
  const to = lines.findIndex((line) => line.startsWith('requests traced'));
  const rows = lines.slice(from, to);
  const half = (start: number, end?: number) =>
    rows
      .map((line) => line.slice(start, end).trim())
      .join('')
      .replaceAll(' ', '');
  assert.equal(half(25, 61), (name('1') + name('3')).replaceAll(' ', ''));
  assert.equal(half(61), (name('2') + name('4')).replaceAll(' ', ''));
});

test('figures stand below each other whatever characters the labels are of', () => {
  const { a, b } = sample.cohorts;
  const foreign = { ...sample, cohorts: { a: { ...a, label: '検索' }, b: { ...b, label: 'GKE' } } };
  const rows = renderText(foreign)
    .split('\n')
    .filter((line) => /^ *(検索|GKE) +396 /.test(line));
  const ends = rows.map((line) => columnsOf(line.slice(0, line.indexOf(' 396 ') + 4)));
  assert.ok(rows.length > 8);
  assert.deepEqual([...new Set(ends)], [40]);
});

test('shares of the critical path do not touch, not even those that are not quite all', () => {
  const almost = { medianMs: 9, medianShare: 0.9999, p95Ms: 9, p95Share: 0.99999 };
  const text = renderText(withHops(() => ({ criticalPath: { a: almost, b: almost } })));
  assert.match(text, /\d >99\.9 % >99\.9 %\n/);
});

test('a hop whose verdict and interval disagree says why, in every text', () => {
  const { remark } = sample.hops.find((hop) => hop.remark !== null) ?? {};
  assert.ok(remark);
  for (const text of [renderText(sample), renderBrief(sample)]) {
    assert.ok(text.replaceAll(/\s+/g, ' ').includes(remark));
  }
});

test('pairs are counted where they are not all that the quantiles are of', () => {
  const count = (comparison: Comparison) =>
    renderText(comparison)
      .replaceAll(/\s+/g, ' ')
      .match(/380 pairs tested/g)?.length ?? 0;
  // All warm hops but the one that only one side has; n is 396 there.
  assert.equal(count(sample), 8);
  assert.equal(count(withHops(({ a, b }) => ({ tested: { a: a?.n ?? 0, b: b?.n ?? 0 } }))), 0);
});

test('shed requests have a row of their cohorts, and none where nothing was shed', () => {
  const { a, b } = sample.cohorts;
  const shed = renderText({ ...sample, cohorts: { a: { ...a, shed: 7 }, b } });
  assert.match(shed, /^shed, no trace +at least 7 +0$/m);
  assert.doesNotMatch(renderText(sample), /shed/);
});

test('each table says of which requests and of which time its quantiles are', () => {
  const textOf = (comparison: Comparison) => renderText(comparison).replaceAll(/\s+/g, ' ');
  const text = textOf(sample);
  assert.match(text, /Each side's own quantile of the verdict's requests/);
  assert.match(text, /all requests of the row without an error, from their scheduled time to/);
  assert.match(text, /p50 to p99: from the start of the span to its end\./);
  assert.match(textOf({ ...sample, profile: 'general' }), /an error, from the root's start to/);
});
