import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLOUD_RUN,
  type Cohort,
  GKE,
  parseCohort,
  type Sides,
} from '../../../../tools/compare/cohorts/cohort.ts';
import { type Collecting, createCollector } from '../../../../tools/compare/cohorts/collector.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { parseRoot } from '../../../../tools/traces/profile/root-pattern.ts';
import { FIRST_MS, trafficOf } from '../../traces/other-systems.ts';
import { requestTrace } from '../../traces/request-trace.ts';

const PRESET = { a: CLOUD_RUN, b: GKE };
const VERSIONS = {
  a: parseCohort('a', 'service.version=1'),
  b: parseCohort('b', 'service.version=2'),
};
const FOREIGN = [
  ...trafficOf({ version: '1', minutes: 2 }),
  ...trafficOf({ version: '2', minutes: 2 }),
];
const OWN = (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).map((platform) =>
  requestTrace({ platform }),
);

function collect(traces: readonly Trace[], cohorts: Sides<Cohort>, collecting: Collecting = {}) {
  const collector = createCollector(cohorts, collecting);
  for (const trace of traces) collector.add(trace, null);
  return collector.collection();
}

test('traces of another system are of the general profile, each root a request', () => {
  const { profile, records, unmatched } = collect(FOREIGN, VERSIONS);
  assert.equal(profile, 'general');
  assert.deepEqual([records.a.length, records.b.length, unmatched], [24, 24, []]);
  const [first] = records.a;
  assert.equal(first?.operation, 'frontend-proxy:POST /api/checkout');
  assert.deepEqual([first?.whole, first?.runId, first?.scheduledMinute], [true, null, null]);
  assert.deepEqual([first?.query, first?.pairKey, first?.wrongCount], [null, null, false]);
  assert.equal(first?.latencyMs, first?.durationMs);
});

test('beside requests of this system those of another are left out, wherever they stand', () => {
  for (const traces of [
    [...FOREIGN, ...OWN],
    [...OWN, ...FOREIGN],
  ]) {
    const { profile, records } = collect(traces, PRESET);
    assert.equal(profile, 'shakesapp');
    assert.deepEqual([records.a.length, records.b.length], [1, 1]);
  }
});

test('--profile general reads requests of this system as those of any other', () => {
  const reading = { profile: 'general', root: null } as const;
  const { profile, records } = collect(
    OWN,
    { a: parseCohort('a', CLOUD_RUN.filter), b: parseCohort('b', GKE.filter) },
    { reading },
  );
  assert.equal(profile, 'general');
  assert.deepEqual(
    records.a.map(({ operation, sequence }) => [operation, sequence]),
    [['loadgen:loadgen', null]],
  );
});

test('--profile shakesapp finds no request in traces of another system', () => {
  const reading = { profile: 'shakesapp', root: null } as const;
  const { profile, records } = collect(FOREIGN, VERSIONS, { reading });
  assert.equal(profile, 'shakesapp');
  assert.deepEqual([records.a.length, records.b.length], [0, 0]);
});

test('ids in names are folded in operations and hops, and the collection says so', () => {
  const { records, foldedNames } = collect(FOREIGN, VERSIONS);
  const operations = new Set(records.a.map(({ operation }) => operation));
  assert.deepEqual(
    [...operations],
    ['frontend-proxy:POST /api/checkout', 'frontend-proxy:GET /api/products/{id}'],
  );
  const paths = new Set(records.a.flatMap(({ hops }) => hops.layout.map(({ path }) => path)));
  assert.ok([...paths].some((path) => path.endsWith('frontend:GET /api/products/{productId}')));
  assert.ok((foldedNames?.names ?? 0) > 10);
  assert.equal(collect(OWN, PRESET).foldedNames, null);
});

test('--root makes its topmost spans the requests', () => {
  const reading = { profile: 'general', root: parseRoot('service=checkout') } as const;
  const { records } = collect(FOREIGN, VERSIONS, { reading });
  assert.equal(records.a.length, 8);
  assert.deepEqual(
    [...new Set(records.a.map(({ operation }) => operation))],
    ['checkout:oteldemo.CheckoutService/PlaceOrder'],
  );
});

test('--pair-by keeps the value that a request shares with its partner', () => {
  const { records } = collect(FOREIGN, VERSIONS, { pairBy: 'app.session.id' });
  const keys = (side: 'a' | 'b') => records[side].map(({ pairKey }) => pairKey);
  assert.equal(keys('a')[3], 'session-3');
  assert.deepEqual(keys('a'), keys('b'));
});

test('a request whose root is missing is incomplete and of no operation', () => {
  const traces = FOREIGN.map((trace) => ({ ...trace, spans: trace.spans.slice(1) }));
  const [first] = collect(traces, VERSIONS).records.a;
  assert.deepEqual([first?.whole, first?.operation, first?.latencyMs], [false, 'no root', null]);
});

test('a request fails where its root says so, and not where a call below does', () => {
  const failing = trafficOf({ version: '1', minutes: 2, failing: 4 });
  const { records } = collect(failing, VERSIONS);
  const failed = records.a.filter(({ error }) => error !== null);
  assert.deepEqual([failed.length, failed[0]?.failure?.outcome], [6, 'status 500']);
  const below = failing.map((trace) => ({
    ...trace,
    spans: trace.spans.map((span, place) =>
      place === 0
        ? { ...span, attributes: { 'service.version': '1' }, status: { error: false } }
        : span,
    ),
  }));
  assert.ok(collect(below, VERSIONS).records.a.every(({ error }) => error === null));
});

test('without cohorts it says how to give them, and which labels tell requests apart', () => {
  const { unmatched, choices, records } = collect(FOREIGN, PRESET);
  assert.deepEqual([records.a.length, records.b.length], [0, 0]);
  assert.deepEqual(choices, [
    {
      key: 'service.version',
      values: [
        { value: '1', requests: 24 },
        { value: '2', requests: 24 },
      ],
    },
  ]);
  assert.match(unmatched[0] ?? '', /^These are the traces of another system/);
  assert.match(unmatched[1] ?? '', /--a KEY=VALUE --b KEY=VALUE.*--from-a FILE.*--a-until TIME/);
  assert.equal(
    unmatched[2],
    'Labels found, with how many of 48 requests have them: service.version: 1 (24), 2 (24).',
  );
});

test('a label whose value every request has is none to choose by', () => {
  const release = FOREIGN.map((trace, place) => ({
    ...trace,
    spans: trace.spans.map((span, at) => ({
      ...span,
      attributes: {
        ...span.attributes,
        'service.version': 'all',
        'cloud.region': at === 0 && place % 2 === 0 ? 'some' : 'all',
      },
    })),
  }));
  assert.deepEqual(collect(release, PRESET).choices, []);
});

test('one cohort alone is not enough', () => {
  const { unmatched } = collect(FOREIGN, { a: VERSIONS.a, b: GKE });
  assert.match(unmatched[0] ?? '', /A is given, B is missing/);
});

test('two windows are two cohorts without any filter', () => {
  const untilMs = FIRST_MS + 60_000;
  const before = parseCohort('a', CLOUD_RUN.filter, { preset: true, untilMs, ownWindow: true });
  const after = parseCohort('b', GKE.filter, { preset: true, sinceMs: untilMs, ownWindow: true });
  const { records, cohorts, unmatched } = collect(trafficOf({ version: '1', minutes: 2 }), {
    a: before,
    b: after,
  });
  assert.deepEqual([records.a.length, records.b.length, unmatched], [12, 12, []]);
  assert.deepEqual(
    [cohorts.a.label, cohorts.b.label],
    ['until 03-02 10:01Z', 'since 03-02 10:01Z'],
  );
});

test('where each cohort has its files, one trace may be in both', () => {
  const files = (side: 'a' | 'b') => parseCohort(side, 'x=y', { preset: true, files: ['t.json'] });
  const collector = createCollector({ a: files('a'), b: files('b') });
  for (const side of ['a', 'b'] as const) {
    for (const trace of FOREIGN) collector.add(trace, null, { side });
    for (const trace of FOREIGN) collector.add(trace, null, { side });
  }
  const { records, inBothCohorts } = collector.collection();
  assert.deepEqual([records.a.length, records.b.length, inBothCohorts], [48, 48, 0]);
});

test('the label that the cohorts are chosen by is no difference in their configuration', () => {
  assert.deepEqual(collect(FOREIGN, VERSIONS).configuration, []);
  const byEnvironment = {
    a: parseCohort('a', 'service.version=1,deployment.environment.name=production'),
    b: parseCohort('b', 'service.version=2,deployment.environment.name=staging'),
  };
  const staging = FOREIGN.map((trace) => ({
    ...trace,
    spans: trace.spans.map((span) =>
      span.attributes['service.version'] === '2'
        ? { ...span, attributes: { ...span.attributes, 'deployment.environment.name': 'staging' } }
        : span,
    ),
  }));
  assert.deepEqual(collect(staging, byEnvironment).configuration, []);
  assert.deepEqual(collect(staging, VERSIONS).configuration, [
    { key: 'environment', a: 'production', b: 'staging' },
  ]);
});
