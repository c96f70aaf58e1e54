import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { createRandom } from '../../../lib/random.ts';
import { ATTR, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import { CLOUD_RUN, GKE } from '../../../tools/compare/cohorts/cohort.ts';
import { createCollector } from '../../../tools/compare/cohorts/collector.ts';
import { compareCollected, compareTraces } from '../../../tools/compare/compare.ts';
import { renderHtml } from '../../../tools/compare/html/render-html.ts';
import type { Comparison } from '../../../tools/compare/result/comparison.ts';
import { renderBrief } from '../../../tools/compare/text/render-brief.ts';
import { renderText } from '../../../tools/compare/text/render-text.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';
import {
  type Parts,
  requestTrace,
  spanIdOf,
  without,
  withSpanChanged,
} from '../traces/request-trace.ts';

type Shape = Readonly<{
  runs?: number;
  perRun?: number;
  /** Milliseconds put into a part of every request of Cloud Run. */
  added?: Partial<Parts>;
  coldFirst?: boolean;
  frontEnd?: (sequence: number) => 'stored' | 'not-stored';
  attributes?: Readonly<Record<'a' | 'b', Readonly<Record<string, string>>>>;
}>;

const PLATFORMS = { a: 'gcp_cloud_run', b: 'gcp_kubernetes_engine' } as const;
const HOP_PARTS = {
  httpGap: 'loadgen:loadgen > loadgen:GET',
  search: 'works.search',
} as const;

/**
 * Both platforms' requests; every part varies by a tenth or so from request to request. One seed in
 * twenty shows a difference that is not there, as a 5 % test must (the first one does).
 */
function tracesOf(shape: Shape = {}, seed = 2): Trace[] {
  const { runs = 8, perRun = 10, added = {} } = shape;
  const random = createRandom(seed);
  const vary = (ms: number) => ms * (0.9 + 0.3 * random() ** 3);
  return (['a', 'b'] as const).flatMap((side) =>
    Array.from({ length: runs * perRun }, (_, index): Trace => {
      const sequence = index % perRun;
      const parts = {
        loadgen: vary(0.5),
        httpGap: vary(1),
        client: vary(0.5),
        rpcGap: vary(1.5),
        rpcServer: vary(0.75),
        object: vary(2),
        search: vary(3),
      };
      if (side === 'a') {
        for (const [part, ms] of Object.entries(added)) {
          const key = part as keyof typeof parts;
          parts[key] += ms;
        }
      }
      return requestTrace({
        run: Math.floor(index / perRun),
        sequence,
        platform: PLATFORMS[side],
        query: `query ${sequence % 3}`,
        parts,
        frontEnd: side === 'a' ? (shape.frontEnd?.(sequence) ?? 'stored') : 'none',
        cold: shape.coldFirst === true && index === 0,
        ...(shape.attributes === undefined ? {} : { attributes: shape.attributes[side] }),
      });
    }),
  );
}

const compare = (traces: readonly Trace[]): Comparison =>
  compareTraces(traces, { cohorts: { a: CLOUD_RUN, b: GKE }, name: 'test', local: true });

const warningIds = (comparison: Comparison) => comparison.warnings.map(({ id }) => id);

test('the same system twice shows no difference, overall and in every hop', () => {
  const comparison = compare(tracesOf());
  assert.equal(comparison.overall.verdict, 'no-difference-seen');
  assert.equal(comparison.overall.paired, true);
  assert.equal(comparison.overall.pairs, 80);
  assert.deepEqual(
    [...new Set(comparison.hops.map(({ verdict }) => verdict))],
    ['no-difference-seen'],
  );
  assert.deepEqual(warningIds(comparison), []);
});

for (const [part, path] of Object.entries(HOP_PARTS)) {
  test(`20 ms put into ${part} are found in that hop within 2 ms, and in no other`, () => {
    const comparison = compare(tracesOf({ added: { [part]: 20 } }));
    assert.equal(comparison.overall.verdict, 'b-faster');
    const found = comparison.hops.filter(({ verdict }) => verdict !== 'no-difference-seen');
    assert.equal(found.length, 1);
    assert.ok(found[0]?.path.endsWith(path), `${found[0]?.path}`);
    assert.equal(found[0]?.verdict, 'b-faster');
    assert.ok(Math.abs((found[0]?.differenceMs.p50 ?? 0) - 20) < 2);
    assert.ok(Math.abs((comparison.overall.differenceMs.p50 ?? 0) - 20) < 2);
  });
}

test('one long run says that it is too few runs and gives estimates without bounds', () => {
  const { overall, hops, warnings } = compare(tracesOf({ runs: 1, perRun: 60 }));
  assert.equal(overall.verdict, 'not-enough-data');
  assert.match(overall.reason ?? '', /^1 run with pairs of warm requests, and a verdict needs 6/);
  assert.equal(typeof overall.differenceMs.p50, 'number');
  assert.equal(overall.differenceMs.low, null);
  assert.ok(hops.every(({ verdict }) => verdict === 'not-enough-data'));
  assert.deepEqual(
    warnings.map(({ id }) => id),
    ['too-few-runs'],
  );
});

const withoutRoots = (traces: readonly Trace[], ...keys: readonly string[]) =>
  traces.map((trace) => {
    const attributes = Object.fromEntries(
      Object.entries(trace.spans[0]?.attributes ?? {}).filter(([key]) => !keys.includes(key)),
    );
    return withSpanChanged(trace, 1, { attributes });
  });

test('requests that do not name their run are of the run of their minute', () => {
  const { overall, cohorts } = compare(withoutRoots(tracesOf(), ATTR.runId));
  assert.equal(cohorts.a.runs, compare(tracesOf()).cohorts.a.runs);
  assert.deepEqual(overall, compare(tracesOf()).overall);
});

test('requests that name neither run nor minute are one run, whose verdict nobody knows', () => {
  const nameless = withoutRoots(tracesOf(), ATTR.runId, ATTR.scheduledMinute);
  const { overall, cohorts, hops } = compare(nameless);
  assert.deepEqual([cohorts.a.runs, cohorts.b.runs], [1, 1]);
  assert.equal(overall.verdict, 'not-enough-data');
  assert.match(
    overall.reason ?? '',
    /^160 warm requests name neither their run nor their scheduled minute and count as one run\. That makes 1 run, and a verdict needs 6/,
  );
  assert.ok(hops.every(({ verdict }) => verdict === 'not-enough-data'));
});

test('nothing at all is not enough data', () => {
  const comparison = compare([]);
  assert.equal(comparison.overall.verdict, 'not-enough-data');
  assert.equal(comparison.overall.a, null);
  assert.deepEqual(comparison.hops, []);
  assert.ok(renderText(comparison).startsWith('No verdict: '));
  assert.ok(warningIds(comparison).includes('too-few-traces'));
});

test('one pair in one run is counted in the singular', () => {
  const pair = (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).map((platform) =>
    requestTrace({ platform, run: 0, sequence: 0 }),
  );
  const text = renderText(compare(pair));
  assert.match(text, /1 paired run; a verdict needs/);
  assert.match(text, /1 pair of warm requests; a verdict needs/);
  assert.doesNotMatch(text, /\b1 (?:paired |warm )?(?:runs|pairs|requests|answers|traces)\b/);
});

test('one cohort alone is not enough data', () => {
  const comparison = compare(tracesOf().slice(0, 80));
  assert.equal(comparison.overall.verdict, 'not-enough-data');
  assert.equal(comparison.cohorts.b.traces, 0);
});

for (const [how, attributes] of [
  ['that is an error', { [ATTR.errorType]: UNEXPECTED_RESULT }],
  ['that only differs from the known one', { [ATTR.matchCount]: '3', [ATTR.expectedCount]: '4' }],
] as const) {
  test(`a wrong count ${how} takes every latency verdict away`, () => {
    const wrong = tracesOf({ added: { search: 20 } }).map((trace, index) =>
      index === 3
        ? withSpanChanged(trace, 1, {
            attributes: { ...trace.spans[0]?.attributes, ...attributes },
          })
        : trace,
    );
    const comparison = compare(wrong);
    assert.equal(comparison.overall.verdict, 'not-enough-data');
    assert.match(comparison.overall.reason ?? '', /wrong count/);
    const { pValue, differenceMs, ratio, quantileDifferences } = comparison.overall;
    const unknown = { p50: null, low: null, high: null };
    assert.deepEqual(
      [pValue, differenceMs, ratio, quantileDifferences],
      [null, unknown, unknown, []],
    );
    assert.ok(comparison.hops.every(({ verdict }) => verdict === 'not-enough-data'));
    // Neither p nor a figure of one side against the other; the labels hold no such words.
    assert.doesNotMatch(renderText(comparison), /; p |× \d|times as long|[+-]\d+\.\d+ ms/);
    const page = parseHTML(renderHtml(comparison)).document;
    assert.equal(page.querySelector('#verdict')?.textContent, 'No verdict');
    const shown = page.querySelector('main')?.textContent ?? '';
    assert.doesNotMatch(shown, /; p |times as long|Only one cohort has values/);
    assert.equal(comparison.cohorts.a.wrongCounts, 1);
    assert.equal(warningIds(comparison)[0], 'wrong-counts');
  });
}

test('cold requests have their own stratum and no share in a warm quantile', () => {
  const comparison = compare(tracesOf({ coldFirst: true }));
  assert.equal(comparison.cohorts.a.cold, 1);
  assert.equal(comparison.overall.a?.n, 79);
  const cold = comparison.hops.filter(({ stratum }) => stratum === 'cold');
  assert.ok(cold.length > 0 && cold.every(({ a, b }) => a?.n === 1 && b?.n === 1));
  assert.ok(comparison.coldExemplars.a.median?.cold);
  assert.ok(warningIds(comparison).includes('cold-starts-present'));
});

test('who waited for an instance to start is cold, on either side', () => {
  const traces = (['a', 'b'] as const).flatMap((side) =>
    [0, 1, 2, 9].map((sequence) =>
      requestTrace({
        sequence,
        platform: PLATFORMS[side],
        cold: sequence === 0,
        attributes: { 'service.instance.id': 'one' },
        // Reads until after the two that are sent 100 ms apart, and before the last one is.
        parts: sequence === 0 ? { read: 300 } : {},
      }),
    ),
  );
  const { cohorts, coldExemplars } = compare(traces);
  assert.deepEqual([cohorts.a.cold, cohorts.b.cold], [3, 3]);
  // One that waited, as its own spans do not tell.
  assert.equal(coldExemplars.a.median?.spans.filter(({ cold }) => cold).length, 0);
  assert.equal(coldExemplars.a.median?.cold, true);
});

test('who waited for a request that counts in no cohort is cold anyway', () => {
  const [first, ...others] = [0, 1, 2, 9].map((sequence) =>
    requestTrace({
      sequence,
      cold: sequence === 0,
      attributes: { 'service.instance.id': 'one' },
      parts: sequence === 0 ? { read: 300 } : {},
    }),
  );
  assert.ok(first);
  const since = first.spans[0]?.startMs ?? 0;
  const later = compareTraces([first, ...others], {
    cohorts: { a: { ...CLOUD_RUN, sinceMs: since + 50 }, b: GKE },
    name: 'test',
    local: true,
  });
  assert.deepEqual([later.cohorts.a.traces, later.cohorts.a.cold], [3, 2]);
  const bothMatch = { ...GKE, pairs: CLOUD_RUN.pairs, untilMs: since + 50 };
  const claimed = compareTraces([first, ...others], {
    cohorts: { a: CLOUD_RUN, b: bothMatch },
    name: 'test',
    local: true,
  });
  assert.equal(claimed.inBothCohorts, 1);
  assert.deepEqual([claimed.cohorts.a.traces, claimed.cohorts.a.cold], [3, 2]);
  const collector = createCollector({ a: CLOUD_RUN, b: GKE });
  // Read at once after its end, without the span of its search.
  collector.add(without(first, 10), endOf(first) + 1);
  for (const trace of others) collector.add(trace, null);
  const arriving = compareCollected(collector.collection()).finish({
    source: later.source,
    drawn: [],
    truncated: null,
    sampled: null,
    totals: null,
    deviations: [],
    ofFiles: false,
    inspect: 'Run npx shakesapp doctor',
    isEmptyFile: false,
  });
  assert.equal(arriving.stillArriving, 1);
  assert.deepEqual([arriving.cohorts.a.traces, arriving.cohorts.a.cold], [3, 2]);
});

const endOf = ({ spans }: Trace) => Math.max(...spans.map(({ endMs }) => endMs));

test("a gap is split where the front end's span was stored and inferred where not", () => {
  const { hops } = compare(
    tracesOf({ frontEnd: (sequence) => (sequence % 2 === 0 ? 'stored' : 'not-stored') }),
  );
  const gap = hops.find(({ path }) => path === HOP_PARTS.httpGap);
  assert.equal(gap?.measure, 'gap');
  assert.equal(gap?.split?.a?.measured, 40);
  assert.equal(gap?.split?.a?.inferred, 40);
  const { networkP50Ms, platformP50Ms } = gap?.split?.a ?? {};
  assert.ok(networkP50Ms && platformP50Ms);
  // The front end of the test's requests takes a quarter of the gap.
  assert.ok(Math.abs(networkP50Ms / platformP50Ms - 3) < 0.02);
  assert.equal(gap?.split?.b?.measured, 0);
  assert.equal(gap?.split?.b?.networkP50Ms, null);
});

test('objects read side by side are one hop, whose self time is what they held the request up', () => {
  const { hops } = compare(tracesOf());
  const objects = hops.find(({ path }) => path.endsWith('works.read > server:GET'));
  assert.equal(objects?.maxSiblings, 2);
  assert.ok(Math.abs((objects?.a?.selfP50Ms ?? 0) - 2) < 0.3);
  assert.equal(objects?.a?.selfP50Ms, objects?.a?.p50Ms);
});

test('contributions to the critical path add up to the whole request', () => {
  const { hops } = compare(tracesOf());
  for (const at of ['medianShare', 'p95Share'] as const) {
    const sum = hops.reduce((share, hop) => share + (hop.criticalPath.a?.[at] ?? 0), 0);
    assert.ok(Math.abs(sum - 1) < 1e-9, `${at} ${sum}`);
  }
});

test('hops come depth first, in the order in which they start', () => {
  const { hops } = compare(tracesOf());
  assert.deepEqual(
    hops.map(({ depth, service, name }) => `${depth} ${service}:${name}`),
    [
      '0 loadgen:loadgen',
      '1 loadgen:GET',
      '2 client:GET /',
      '3 client:client',
      '4 client:grpc.shakesapp.ShakespeareService/GetMatchCount',
      '5 server:grpc.shakesapp.ShakespeareService/GetMatchCount',
      '6 server:works.read',
      '7 server:GET',
      '6 server:works.search',
    ],
  );
});

test('hops of a side whose traces are all incomplete are not compared, instead of missing there', () => {
  const traces = tracesOf().map((trace) => (isOfCloudRun(trace) ? without(trace, 5) : trace));
  const comparison = compare(traces);
  const [brief, full] = [renderBrief(comparison), renderText(comparison)];
  const page = renderHtml(comparison);
  for (const text of [brief, full, page]) {
    assert.doesNotMatch(text, /only in/);
    assert.match(
      text,
      /not compared: (<bdi>)?80 incomplete traces in Cloud Run( \(local\))?\. Hops count complete traces only\./,
    );
  }
  assert.match(brief, /^loadgen loadgen .* not compared$/m);
  assert.match(full, /^ *self not compared$/m);
  assert.match(page, /<td role="cell" class="words">not compared<\/td>/);
  const one = compare(tracesOf().map((trace, index) => (index === 0 ? without(trace, 5) : trace)));
  assert.doesNotMatch(renderText(one), /not compared/);
});

test('a hop that the complete traces of one side lack is only in the other', () => {
  const traces = tracesOf().map((trace, index) => {
    if (!isOfCloudRun(trace)) return trace;
    return index === 0 ? without(trace, 5) : { ...trace, spans: trace.spans.filter(isNoRead) };
  });
  assert.match(renderBrief(compare(traces)), /server GET .* only in GKE$/m);
});

test('a hop of warm requests that one side has in cold requests only is said to be so', () => {
  const traces = tracesOf().map((trace, index) => {
    if (!isOfCloudRun(trace)) return trace;
    return index < 10 ? asCold(trace) : { ...trace, spans: trace.spans.filter(isNoRead) };
  });
  assert.match(renderBrief(compare(traces)), /server GET .* warm only in GKE$/m);
});

test('hops of a side without a warm request are said to have none to compare with', () => {
  const comparison = compare(
    tracesOf().map((trace) => (isOfCloudRun(trace) ? asCold(trace) : trace)),
  );
  const texts = [renderBrief(comparison), renderText(comparison), renderHtml(comparison)];
  for (const text of texts) {
    assert.doesNotMatch(text, /only in/);
    assert.match(
      text,
      /no warm request: (<bdi>)?Cloud Run( \(local\))? has none to compare with\./,
    );
  }
  assert.match(texts[0] ?? '', /^loadgen loadgen .* no warm request$/m);
});

function asCold(trace: Trace): Trace {
  const [root, ...spans] = trace.spans;
  if (root === undefined) return trace;
  return {
    ...trace,
    spans: [{ ...root, attributes: { ...root.attributes, [ATTR.coldStart]: 'true' } }, ...spans],
  };
}

const isNoRead = ({ name, attributes }: Span) =>
  name !== 'GET' || attributes['service.name'] !== 'server';

const isOfCloudRun = ({ spans }: Trace) =>
  spans.some(({ attributes }) => attributes['cloud.platform'] === 'gcp_cloud_run');

test('hops of traces saved under the old names of HTTP server spans pair with those of the new', () => {
  const traces = tracesOf();
  const named = (trace: Trace): Trace => ({
    ...trace,
    spans: trace.spans.map((span) =>
      span.name === 'GET /'
        ? { ...span, name: 'GET', attributes: { ...span.attributes, 'url.path': '/' } }
        : span,
    ),
  });
  const { hops } = compare(traces.map((trace) => (isOfCloudRun(trace) ? named(trace) : trace)));
  assert.ok(hops.some(({ path }) => path.endsWith(' > client:GET /')));
  assert.ok(hops.every(({ a, b }) => a?.n === 80 && b?.n === 80));
  assert.deepEqual(hops, compare(traces).hops);
});

test('broken traces count in the rates and in no hop', () => {
  const traces = tracesOf().map((trace, index) => (index < 4 ? without(trace, 5) : trace));
  const comparison = compare(traces);
  assert.equal(comparison.cohorts.a.whole, 76);
  assert.equal(comparison.cohorts.a.orphaned, 4);
  assert.equal(comparison.hops[0]?.a?.n, 76);
  assert.ok(warningIds(comparison).includes('orphans'));
});

test('failed requests count as errors and have no latency', () => {
  const traces = tracesOf().map((trace, index) =>
    index < 5
      ? withSpanChanged(trace, 1, {
          attributes: { ...trace.spans[0]?.attributes, [ATTR.errorType]: 'unavailable' },
          endMs: (trace.spans[0]?.endMs ?? 0) + 5_000,
        })
      : trace,
  );
  const comparison = compare(traces);
  assert.equal(comparison.cohorts.a.errors, 5);
  assert.equal(comparison.cohorts.a.rates.error, 5 / 80);
  assert.equal(comparison.overall.a?.n, 75);
  assert.ok((comparison.overall.a?.p99Ms ?? 0) < 100);
  assert.ok(warningIds(comparison).includes('errors'));
});

test('an overdue start counts in the latency', () => {
  const late = tracesOf().map((trace) =>
    withSpanChanged(trace, 1, {
      attributes: { ...trace.spans[0]?.attributes, [ATTR.startDelayUs]: '7000' },
    }),
  );
  const onTime = compare(tracesOf()).overall.a?.p50Ms ?? 0;
  assert.ok(Math.abs((compare(late).overall.a?.p50Ms ?? 0) - onTime - 7) < 1e-6);
});

test('spans that ended after their process was stopped are in no hop figure', () => {
  const traces = tracesOf().map((trace, index) => {
    const span = trace.spans.find(({ name }) => name === 'works.search');
    assert.ok(span);
    return index < 10
      ? withSpanChanged(trace, 10, {
          attributes: { ...span.attributes, [ATTR.endedAfterStop]: 'true' },
          endMs: span.endMs + 60_000,
        })
      : trace;
  });
  const search = compare(traces).hops.find(({ name }) => name === 'works.search');
  assert.equal(search?.a?.n, 70);
  assert.ok((search?.a?.p99Ms ?? 0) < 10);
});

test('requests without a partner are compared run against run, with a warning', () => {
  const traces = tracesOf().map((trace, index) =>
    index >= 80
      ? withSpanChanged(trace, 1, {
          attributes: { ...trace.spans[0]?.attributes, [ATTR.scheduledMinute]: 'another' },
        })
      : trace,
  );
  const { overall, warnings } = compare(traces);
  assert.equal(overall.paired, false);
  assert.match(overall.method, /Yuen/);
  assert.equal(overall.verdict, 'no-difference-seen');
  assert.ok(warnings.some(({ id }) => id === 'unpaired'));
});

test('other queries on one side are noticed and never paired', () => {
  const traces = tracesOf().map((trace, index) =>
    index >= 80
      ? withSpanChanged(trace, 1, {
          attributes: { ...trace.spans[0]?.attributes, [ATTR.query]: 'another' },
        })
      : trace,
  );
  const comparison = compare(traces);
  assert.equal(comparison.overall.paired, false);
  assert.ok(warningIds(comparison).includes('different-query-mix'));
});

test('half the load on one side is noticed', () => {
  const traces = tracesOf().filter((_, index) => index < 80 || index % 10 < 5);
  assert.ok(warningIds(compare(traces)).includes('unequal-load'));
});

test('a run that may still go on says nothing of the load, on neither side', () => {
  // The last run: ten requests in Cloud Run, five so far in GKE.
  const all = tracesOf();
  const startOf = ({ spans }: Trace) => Math.min(...spans.map(({ startMs }) => startMs));
  const lastRunMs = Math.floor(Math.max(...all.map(startOf)) / 60_000) * 60_000;
  const isGke = ({ spans }: Trace) =>
    spans[0]?.attributes['cloud.platform'] === 'gcp_kubernetes_engine';
  const traces = all.filter(
    (trace) => startOf(trace) >= lastRunMs && (!isGke(trace) || startOf(trace) < lastRunMs + 500),
  );
  const idsAt = (readAtMs: number) =>
    warningIds(
      compareTraces(traces, {
        cohorts: { a: CLOUD_RUN, b: GKE },
        name: 'p',
        local: true,
        readAtMs,
      }),
    );
  assert.ok(!idsAt(lastRunMs + 10_000).includes('unequal-load'));
  assert.ok(idsAt(lastRunMs + 60_000).includes('unequal-load'));
});

test('requests that the sequence numbers miss are noticed as sampled', () => {
  const traces = tracesOf().filter((_, index) => index % 10 === 9 || index % 3 === 0);
  const comparison = compare(traces);
  assert.equal(comparison.cohorts.a.expectedRequests, 80);
  assert.ok(warningIds(comparison).includes('sampled'));
});

test('a ratio sampler is noticed by its name', () => {
  const sampler = { 'shakesapp.config.sampler': 'parentbased_traceidratio' };
  assert.ok(
    warningIds(compare(tracesOf({ attributes: { a: sampler, b: sampler } }))).includes('sampled'),
  );
  const always = { 'shakesapp.config.sampler': 'parentbased_always_on' };
  assert.deepEqual(warningIds(compare(tracesOf({ attributes: { a: always, b: always } }))), []);
});

test('a clock that is off is noticed and does not move the gap', () => {
  const skewed = tracesOf().map((trace) => ({
    ...trace,
    spans: trace.spans.map((span) =>
      span.attributes['service.name'] === 'server'
        ? { ...span, startMs: span.startMs - 500, endMs: span.endMs - 500 }
        : span,
    ),
  }));
  const comparison = compare(skewed);
  assert.ok(warningIds(comparison).includes('clock-skew'));
  assert.equal(comparison.overall.verdict, 'no-difference-seen');
  const straight = compare(tracesOf());
  const gapOf = ({ hops }: Comparison) => hops[4]?.a?.selfP50Ms ?? 0;
  assert.ok(Math.abs(gapOf(comparison) - gapOf(straight)) < 1e-3);
});

/** Both platforms' requests, the first so many with the server's spans (own end: and no other) later. */
function withLateServers(count: number, byMs: number, ownEndOnly = false): Trace[] {
  return tracesOf().map((trace, index) => ({
    ...trace,
    spans: trace.spans.map((span) => {
      const late = ownEndOnly
        ? span.spanId === spanIdOf(6)
        : span.attributes['service.name'] === 'server';
      if (index >= count || !late) return span;
      const startMs = ownEndOnly ? span.startMs : span.startMs + byMs;
      return { ...span, startMs, endMs: span.endMs + byMs };
    }),
  }));
}

test('servers whose work ends after their clients are noticed in trace after trace only', () => {
  assert.ok(warningIds(compare(withLateServers(2, 4))).includes('clock-skew'));
  assert.ok(!warningIds(compare(withLateServers(1, 4))).includes('clock-skew'));
  assert.ok(!warningIds(compare(withLateServers(80, 2))).includes('clock-skew'));
  // One of a few is more than 2 %, and still a lone one.
  assert.ok(!warningIds(compare(withLateServers(1, 4).slice(0, 20))).includes('clock-skew'));
});

test('servers that were only kept waiting after their work are no clock, however many', () => {
  assert.ok(!warningIds(compare(withLateServers(80, 60, true))).includes('clock-skew'));
});

test('a trace that matches both filters enters neither cohort', () => {
  const both = { ...GKE, pairs: CLOUD_RUN.pairs };
  const comparison = compareTraces(tracesOf(), {
    cohorts: { a: CLOUD_RUN, b: both },
    name: 'test',
    local: true,
  });
  assert.equal(comparison.inBothCohorts, 80);
  assert.equal(comparison.cohorts.a.traces, 0);
});

test('the order in which traces come changes nothing', () => {
  const traces = tracesOf({ coldFirst: true });
  assert.deepEqual(compare(traces.toReversed()), compare(traces));
});

test('exemplars carry what a waterfall draws, and a trace that comes twice counts once', () => {
  const traces = tracesOf();
  const comparison = compare([...traces, ...traces]);
  assert.equal(comparison.cohorts.a.traces, 80);
  const { median, p95 } = comparison.exemplars.a;
  assert.ok(median && p95 && median.durationMs < p95.durationMs);
  assert.equal(median.spans[0]?.name, 'loadgen');
  assert.equal(median.consoleUrl, null);
});

test('the result is plain JSON: nothing is lost on the way through a file', () => {
  const comparison = compare(tracesOf({ coldFirst: true }));
  assert.deepEqual(JSON.parse(JSON.stringify(comparison)), comparison);
});

test('the text fits 100 columns and begins with the verdict and what may confound it', () => {
  const sides = (cpu: string) => ({ 'shakesapp.config.cpu': cpu, 'service.version': cpu });
  const text = renderText(
    compare(
      tracesOf({
        added: { httpGap: 20 },
        coldFirst: true,
        attributes: { a: sides('1x'.repeat(100)), b: sides('2') },
      }),
    ),
  );
  const lines = text.split('\n');
  assert.ok(lines.every((line) => [...line].length <= 100));
  assert.match(
    lines[0] ?? '',
    /^GKE is faster: Cloud Run takes \d\.\d\d \(.*\) times as long as GKE, typically \d\d\.\d ms more\.$/,
  );
  assert.match(lines[2] ?? '', /^ {2}This data would have found a difference of /);
  assert.match(lines[3] ?? '', /^CONFIGURATION DIFFERS/);
  const order = ['LOCAL', 'COHORTS', 'HOPS, warm', 'HOPS, cold', 'WARNINGS', 'METHOD'];
  const places = order.map((word) => text.indexOf(word));
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  );
});
