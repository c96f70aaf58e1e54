import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { compareSource } from '../../../tools/compare/compare.ts';
import { renderHtml } from '../../../tools/compare/html/render-html.ts';
import { parseOptions } from '../../../tools/compare/options.ts';
import type { Comparison } from '../../../tools/compare/result/comparison.ts';
import { renderText } from '../../../tools/compare/text/render-text.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { openSource } from '../../../tools/traces/sources/open-source.ts';
import { flagsOf } from '../cli/flags-of.ts';
import { trafficOf } from '../traces/other-systems.ts';
import { fixture } from '../traces/sources/foreign-file.ts';
import { WRITERS } from '../traces/sources/foreign-writers.ts';

type Write = (traces: readonly Trace[]) => object;

/** Two files of one format, one for each version of a system. */
async function writeTwo(t: TestContext, write: Write, sides: { a: Traces; b: Traces }) {
  const folder = await mkdtemp(join(tmpdir(), 'systems-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const paths = { a: join(folder, 'old.json'), b: join(folder, 'new.json') };
  for (const side of ['a', 'b'] as const) {
    await writeFile(paths[side], JSON.stringify(write(sides[side])));
  }
  return paths;
}
type Traces = readonly Trace[];

async function compareWith(args: readonly string[]): Promise<Comparison> {
  const { options, source } = await openSource(
    parseOptions(flagsOf('compare', ...args), Date.now()),
    { signal: new AbortController().signal, onProgress: () => {}, onResume: () => {} },
  );
  const { cohorts, collecting } = options;
  const { signal } = new AbortController();
  return compareSource(source, { cohorts, collecting, signal, ofFiles: true });
}

const SYSTEMS = ['demo', 'single'] as const;
const SHIFTS = [
  ['no difference', 1, 'no-difference-seen'],
  ['a shift of 30 %', 1.3, 'a-faster'],
] as const;
const MINUTES = 12;
const REQUESTS = 12 * MINUTES;
/** Every so manieth request fails. */
const FAILING = 30;

const sidesOf = (of: (typeof SYSTEMS)[number], factor: number) => ({
  a: trafficOf({ of, version: '1', minutes: MINUTES, failing: FAILING }),
  b: trafficOf({ of, version: '2', minutes: MINUTES, failing: FAILING, factor, seed: 2 }),
});

/** What no format changes: the figures of everything that is compared. */
const figuresOf = ({ overall, hops, cohorts, failures, profile }: Comparison) => ({
  ...{ overall, hops, profile },
  cohorts: { a: { ...cohorts.a, filter: '' }, b: { ...cohorts.b, filter: '' } },
  failures: failures.map(({ outcome, where, requests }) => ({ outcome, where, requests })),
});

for (const of of SYSTEMS) {
  for (const [what, factor, verdict] of SHIFTS) {
    test(`${of}, ${what}: two files of each format give the same verdict and figures`, async (t) => {
      const sides = sidesOf(of, factor);
      let first: object | undefined;
      for (const [name, write] of Object.entries(WRITERS)) {
        const { a, b } = await writeTwo(t, write, sides);
        const comparison = await compareWith(['--from-a', a, '--from-b', b]);
        assert.equal(comparison.profile, 'general', name);
        assert.equal(comparison.source.format, name.replace(/, .*/, ''));
        const { whole, traces, errors } = comparison.cohorts.b;
        assert.deepEqual([whole, traces, errors], [REQUESTS, REQUESTS, 4], name);
        assert.equal(comparison.overall.verdict, verdict, name);
        first ??= figuresOf(comparison);
        assert.deepEqual(figuresOf(comparison), first, name);
      }
    });
  }
}

const OTLP = WRITERS['OTLP JSON'] as Write;

test('two filters on one file give the figures that two files give', async (t) => {
  const sides = sidesOf('demo', 1.3);
  const two = await writeTwo(t, OTLP, sides);
  const ofFiles = await compareWith(['--from-a', two.a, '--from-b', two.b]);
  const ofFilters = await compareWith([
    '--from',
    two.a,
    two.b,
    '--a',
    'service.version=1',
    '--b',
    'service.version=2',
  ]);
  assert.deepEqual(ofFilters.hops, ofFiles.hops);
  assert.deepEqual(ofFilters.overall, ofFiles.overall);
});

for (const [what, factor, verdict] of [
  ['nothing', 1, 'no-difference-seen'],
  ['30 %', 1.3, 'a-faster'],
] as const) {
  test(`a difference of ${what} is judged window by window`, async (t) => {
    const { a, b } = await writeTwo(t, OTLP, sidesOf('demo', factor));
    const { overall } = await compareWith(['--from-a', a, '--from-b', b]);
    assert.equal(overall.design, 'paired-windows');
    assert.equal(overall.verdict, verdict);
  });
}

test('requests with the same value of --pair-by are pairs', async (t) => {
  const { a, b } = await writeTwo(t, OTLP, sidesOf('single', 1.3));
  const { overall } = await compareWith([
    ...['--from-a', a, '--from-b', b, '--pair-by', 'app.session.id'],
  ]);
  assert.deepEqual([overall.paired, overall.pairs], [true, REQUESTS - 4]);
});

test('names the hops by service and name, those of every language', async (t) => {
  const { a, b } = await writeTwo(t, OTLP, sidesOf('demo', 1.3));
  const { hops } = await compareWith(['--from-a', a, '--from-b', b]);
  const services = new Set(hops.map(({ service }) => service));
  for (const service of ['frontend-proxy', 'frontend', 'checkout', 'cart', 'payment', 'shipping']) {
    assert.ok(services.has(service), service);
  }
});

/** Nothing of this is in the traces. */
const OURS = /loadgen|\bCloud Run\b|\bGKE\b|schedule|wrong count/i;

const linesWith = (text: string) => text.split('\n').filter((line) => OURS.test(line));

test('text and page say nothing of the system here', async (t) => {
  const { a, b } = await writeTwo(t, OTLP, sidesOf('demo', 1.3));
  const comparison = await compareWith(['--from-a', a, '--from-b', b]);
  assert.deepEqual(linesWith(renderText(comparison)), []);
  // Words, not the page's own code.
  const page = renderHtml(comparison).replace(/<(script|style)>[\s\S]*?<\/\1>/g, '');
  assert.deepEqual(linesWith(page.replaceAll('<', '\n<')), []);
});

test('files of two cohorts may use one trace id for two traces, and each is drawn', async (t) => {
  const a = trafficOf({ version: '1', minutes: 2 });
  const b = a.map(({ spans, ...trace }) => ({
    ...trace,
    // A day later, as if requests were sent again with their ids.
    spans: spans.map((span) => ({
      ...span,
      startMs: span.startMs + 86_400_000,
      endMs: span.endMs + 86_400_000,
    })),
  }));
  const paths = await writeTwo(t, OTLP, { a, b });
  const { exemplars } = await compareWith(['--from-a', paths.a, '--from-b', paths.b]);
  const dayOf = (side: 'a' | 'b') =>
    new Date(exemplars[side].median?.startMs ?? 0).toISOString().slice(0, 10);
  assert.deepEqual([dayOf('a'), dayOf('b')], ['2026-03-02', '2026-03-03']);
});

test('requests are listed by their operation, as they have no query', async (t) => {
  const { a, b } = await writeTwo(t, OTLP, sidesOf('single', 1));
  const page = renderHtml(await compareWith(['--from-a', a, '--from-b', b]));
  assert.match(page, />Operation</);
  assert.match(page, /orders:GET \/orders\/{id}/);
  assert.doesNotMatch(page, />Query</);
});

test('without cohorts it says what to give, with the labels that were found', async (t) => {
  const { a, b } = await writeTwo(t, OTLP, sidesOf('demo', 1));
  const comparison = await compareWith(['--from', a, b]);
  const text = renderText(comparison).replaceAll(/\s+/g, ' ');
  assert.match(text, /^These are the traces of another system: say which two sets/);
  assert.match(text, /service\.version: 1 \(144\), 2 \(144\)/);
  assert.doesNotMatch(text, /COHORTS/);
  assert.match(text, /Read from .*old\.json/);
  assert.equal(comparison.choices[0]?.key, 'service.version');
  assert.equal(comparison.cohorts.a.label, 'not chosen');
});

test("two files of OpenTelemetry's SDK for Python give figures for each hop", async () => {
  const [a, b] = ['1.4', '1.5'].map((version) =>
    fixture(`orders-${version}-otlp-of-python-sdk.pb.gz`),
  );
  const { overall, hops, cohorts, foldedNames, configuration, failures } = await compareWith([
    ...['--from-a', a ?? '', '--from-b', b ?? ''],
  ]);
  assert.deepEqual(
    hops.map(({ path }) => path),
    ['orders:GET /orders/{id}', 'orders:GET /orders/{id} > orders:SELECT orders'],
  );
  for (const { a: old, b: slower } of hops) {
    const ratio = (slower?.selfP50Ms ?? 0) / (old?.selfP50Ms ?? 1);
    assert.ok(Math.abs(ratio - 1.3) < 0.001, String(ratio));
  }
  assert.deepEqual([cohorts.a.whole, cohorts.b.errors, foldedNames?.into], [96, 2, 1]);
  assert.equal(overall.verdict, 'a-faster');
  assert.deepEqual(configuration, [{ key: 'version', a: '1.4', b: '1.5' }]);
  assert.equal(failures[0]?.where, 'postgres did not answer orders');
});

/** As other programs wrote them, or their own code. */
const SHOPS = [
  ...['shop-otlp-of-javascript-sdk.json', 'shop-jaeger-of-query-api.json'],
  ...['shop-zipkin-of-server.json', 'shop-tempo-of-api-v1.json', 'shop-tempo-of-api-v2.json'],
  ...['shop-cloud-trace-v1.json', 'shared-ids-zipkin-of-server.json'],
];

for (const name of SHOPS) {
  test(`${name}, compared with itself, has the hops of both sides and a page`, async () => {
    const path = fixture(name);
    const comparison = await compareWith(['--from-a', path, '--from-b', path]);
    const { profile, cohorts, hops } = comparison;
    assert.equal(profile, 'general');
    assert.ok(cohorts.a.traces > 0);
    assert.deepEqual({ ...cohorts.b, label: '' }, { ...cohorts.a, label: '' });
    for (const hop of hops) assert.deepEqual(hop.a, hop.b);
    assert.match(renderHtml(comparison), /<h2 id="verdict">No verdict<\/h2>/);
  });
}
