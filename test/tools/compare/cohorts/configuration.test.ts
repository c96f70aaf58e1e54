import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../../lib/telemetry/names.ts';
import { CLOUD_RUN, GKE, parseCohort } from '../../../../tools/compare/cohorts/cohort.ts';
import { createConfigurationTally } from '../../../../tools/compare/cohorts/configuration.ts';
import { renderConfiguration } from '../../../../tools/compare/html/cohorts.ts';
import { labelsOf } from '../../../../tools/compare/html/words.ts';
import { renderText } from '../../../../tools/compare/text/render-text.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { requestTrace, withSpanChanged } from '../../traces/request-trace.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

function differencesOf(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>) {
  const tally = createConfigurationTally();
  tally.add('a', normalise(requestTrace({ attributes: a })));
  tally.add('b', normalise(requestTrace({ platform: 'gcp_kubernetes_engine', attributes: b })));
  return tally.differences({ a: CLOUD_RUN, b: GKE });
}

/** Each setting by the attribute that states it. */
const SETTINGS: readonly (readonly [key: string, attribute: string, a: string, b: string])[] = [
  ['latency added (local)', 'shakesapp.config.added_latency', '20 ms', '5 ms'],
  ['image', 'service.version', 'v1', 'v2'],
  ['cpu', 'shakesapp.config.cpu', '1', '2'],
  ['memory', 'shakesapp.config.memory', '512Mi', '1Gi'],
  ['region', 'cloud.region', 'us-central1', 'europe-west1'],
  ['concurrency', 'shakesapp.config.concurrency', '80', '1'],
  ['cache mode', 'shakesapp.config.works_cache', 'none', 'memory'],
  ['billing', 'shakesapp.config.billing', 'request', 'instance'],
  ['exporter', 'shakesapp.config.exporter', 'cloud_trace', 'otlp'],
  ['propagators', 'shakesapp.config.propagators', 'b3', 'gcp_trace,b3'],
  ['sampler', 'shakesapp.config.sampler', 'always_on', 'traceidratio'],
];
for (const [key, attribute, a, b] of SETTINGS) {
  test(`sees that ${key} differs, by ${attribute}`, () => {
    assert.deepEqual(differencesOf({ [attribute]: a }, { [attribute]: b }), [{ key, a, b }]);
    assert.deepEqual(differencesOf({ [attribute]: a }, { [attribute]: a }), []);
    const absent = key === 'latency added (local)' ? '0 ms' : 'not stated';
    assert.deepEqual(differencesOf({ [attribute]: a }, {}), [{ key, a, b: absent }]);
  });
}

test('a zone is of its region, and differs from another one', () => {
  const region = { 'cloud.region': 'us-central1' };
  const zone = (name: string) => ({ 'cloud.availability_zone': name });
  assert.deepEqual(differencesOf(region, zone('us-central1-f')), []);
  assert.deepEqual(differencesOf(region, zone('us-east1-b')), [
    { key: 'region', a: 'us-central1', b: 'us-east1' },
  ]);
});

test('the platform is a setting unless it is what is compared', () => {
  const tally = createConfigurationTally();
  tally.add('a', normalise(requestTrace()));
  tally.add('b', normalise(requestTrace({ platform: 'gcp_kubernetes_engine' })));
  const [a, b] = [parseCohort('a', 'service.version=v1'), parseCohort('b', 'service.version=v2')];
  assert.deepEqual(tally.differences({ a: CLOUD_RUN, b: GKE }), []);
  assert.deepEqual(tally.differences({ a, b }), [
    { key: 'platform', a: 'gcp_cloud_run', b: 'gcp_kubernetes_engine' },
  ]);
});

const billing = (value: string) => ({ [ATTR.configBilling]: value });

test('an instance that is billed as long as it lives differs from a node by nature', () => {
  assert.deepEqual(differencesOf(billing('instance'), billing('node')), [
    { key: 'billing', a: 'instance', b: 'node', byNature: true },
  ]);
});

for (const [one, other] of [
  ['request', 'node'],
  ['instance', 'request'],
] as const) {
  test(`billing by ${one} and by ${other} differ by choice`, () => {
    assert.deepEqual(differencesOf(billing(one), billing(other)), [
      { key: 'billing', a: one, b: other },
    ]);
  });
}

test('another setting is a choice whatever its values are called', () => {
  assert.deepEqual(differencesOf({ [ATTR.configCpu]: 'instance' }, { [ATTR.configCpu]: 'node' }), [
    { key: 'cpu', a: 'instance', b: 'node' },
  ]);
});

const sample = sampleComparison();
const chosen = { key: 'cpu', a: '1', b: '2' };
const byNature = { key: 'billing', a: 'instance', b: 'node', byNature: true } as const;

test('what is inherent to the platforms is no confounder, and stands apart', () => {
  const both = renderText({ ...sample, configuration: [byNature, chosen] });
  assert.match(
    both,
    /CONFIGURATION DIFFERS.*\n {2}cpu: 1 in .*\nInherent to the platforms: billing: instance in /,
  );
  const alone = renderText({ ...sample, configuration: [byNature] });
  assert.match(
    alone,
    /Configuration: the spans state no difference\.\nInherent to the platforms: billing: /,
  );
});

test('the page says so too', () => {
  const labels = labelsOf(sample);
  const both = `${renderConfiguration({ ...sample, configuration: [byNature, chosen] }, labels)}`;
  const confounders = both.slice(0, both.indexOf('Inherent to'));
  assert.match(confounders, /cpu/);
  assert.doesNotMatch(confounders, /billing/);
  assert.match(both, /Inherent to the platforms: .*billing/);
  const alone = `${renderConfiguration({ ...sample, configuration: [byNature] }, labels)}`;
  // The spans may state none of it: then nothing is known to be the same.
  assert.match(
    alone,
    /The spans state no difference in .* What neither side states is not compared/,
  );
});

test('what only one side states may be the same, and stands apart', () => {
  const statedOnce = { key: 'image', a: 'v1', b: 'not stated' };
  const configuration = [statedOnce, chosen, byNature];
  assert.match(
    renderText({ ...sample, configuration }),
    /CONFIGURATION DIFFERS.*\n {2}cpu: 1 in .*\nMay differ, stated on one side only: image: v1 in .*, not stated in\s.*\nInherent to/s,
  );
  const labels = labelsOf(sample);
  const page = `${renderConfiguration({ ...sample, configuration }, labels)}`;
  const confounders = page.slice(0, page.indexOf('May differ'));
  assert.match(confounders, /cpu/);
  assert.doesNotMatch(confounders, /image/);
  assert.match(page, /May differ, stated on one side only: .*image.*not stated/);
  const alone = { ...sample, configuration: [{ ...statedOnce, a: 'not stated', b: 'v1' }] };
  assert.match(
    renderText(alone),
    /Configuration: the spans state no difference\.\nMay differ, stated on one side only: image: /,
  );
  assert.match(`${renderConfiguration(alone, labels)}`, /The spans state no difference in /);
});

test('where one cohort has no traces, no output lists settings that differ', () => {
  const { a, b } = sample.cohorts;
  for (const cohorts of [
    { a, b: { ...b, traces: 0 } },
    { a: { ...a, traces: 0 }, b },
  ]) {
    const comparison = { ...sample, cohorts, configuration: [chosen, byNature] };
    const text = renderText(comparison);
    assert.match(text, /Configuration: not compared, because one of the cohorts has no traces\./);
    assert.doesNotMatch(text, /CONFIGURATION DIFFERS|Inherent to|state no difference/);
    const page = `${renderConfiguration(comparison, labelsOf(comparison))}`;
    assert.match(page, /Not compared: one of the cohorts has no traces\./);
    assert.doesNotMatch(page, /Inherent to|<table|The spans state/);
  }
});

test('what differs in every service is one row, what is alike is none', () => {
  const same = { 'shakesapp.config.memory': '512Mi' };
  assert.deepEqual(
    differencesOf(
      { ...same, 'shakesapp.config.cpu': '1' },
      { ...same, 'shakesapp.config.cpu': '2' },
    ),
    [{ key: 'cpu', a: '1', b: '2' }],
  );
});

test('latency that was added on purpose is named with its hop', () => {
  const tally = createConfigurationTally();
  tally.add('a', normalise(requestTrace()));
  const trace = requestTrace({ platform: 'gcp_kubernetes_engine' });
  const spans = trace.spans.map((span) =>
    span.attributes['service.name'] === 'server'
      ? { ...span, attributes: { ...span.attributes, [ATTR.configAddedLatency]: '20 ms' } }
      : span,
  );
  tally.add('b', normalise({ ...trace, spans }));
  const rows = tally.differences({ a: CLOUD_RUN, b: GKE });
  assert.deepEqual(rows, [{ key: 'latency added (local) of server', a: '0 ms', b: '20 ms' }]);
});

test('a value that one side does not state is a difference', () => {
  assert.deepEqual(differencesOf({ 'service.version': 'v1' }, {}), [
    { key: 'image', a: 'v1', b: 'not stated' },
  ]);
});

test('a zone of GKE and its region of Cloud Run are the same place', () => {
  assert.deepEqual(
    differencesOf(
      { 'cloud.region': 'us-central1' },
      { 'cloud.availability_zone': 'us-central1-f' },
    ),
    [],
  );
});

test('what differs in one service only is listed with its name', () => {
  const tally = createConfigurationTally();
  const a = requestTrace({ attributes: { 'shakesapp.config.cpu': '1' } });
  const b = requestTrace({
    attributes: { 'shakesapp.config.cpu': '1' },
    platform: 'gcp_kubernetes_engine',
  });
  tally.add('a', normalise(a));
  const server = [6, 7, 8, 9, 10];
  tally.add(
    'b',
    normalise(
      server.reduce(
        (trace, id) =>
          withSpanChanged(trace, id, {
            attributes: { 'service.name': 'server', 'shakesapp.config.cpu': '2' },
          }),
        b,
      ),
    ),
  );
  assert.deepEqual(tally.differences({ a: CLOUD_RUN, b: GKE }), [
    { key: 'cpu of server', a: '1', b: '2' },
  ]);
});

test('the platform is a difference where the cohorts are not chosen by it', () => {
  const tally = createConfigurationTally();
  tally.add('a', normalise(requestTrace()));
  tally.add('b', normalise(requestTrace({ platform: 'gcp_kubernetes_engine' })));
  const [v1, v2] = [parseCohort('a', 'service.version=v1'), parseCohort('b', 'service.version=v2')];
  assert.deepEqual(tally.differences({ a: v1, b: v2 }), [
    { key: 'platform', a: 'gcp_cloud_run', b: 'gcp_kubernetes_engine' },
  ]);
});

test('a side of which only some spans state a value has the other value, too', () => {
  const tally = createConfigurationTally();
  tally.add('a', normalise(requestTrace()));
  tally.add('b', normalise(requestTrace({ traceId: 'b'.repeat(32) })));
  const delayed = { 'shakesapp.config.added_latency': '20 ms' };
  tally.add('b', normalise(requestTrace({ attributes: delayed })));
  assert.deepEqual(tally.differences({ a: CLOUD_RUN, b: GKE }), [
    { key: 'latency added (local)', a: '0 ms', b: '0 ms | 20 ms' },
  ]);
});
