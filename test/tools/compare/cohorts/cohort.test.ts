import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  labelled,
  matchesCohort,
  parseCohort,
  parseTime,
} from '../../../../tools/compare/cohorts/cohort.ts';
import { createConfigurationTally } from '../../../../tools/compare/cohorts/configuration.ts';
import { MINUTE_MS, requestTrace, withSpanChanged } from '../../traces/request-trace.ts';

const CLOUD_RUN = parseCohort('a', 'cloud.platform=gcp_cloud_run');
const GKE = parseCohort('b', 'cloud.platform=gcp_kubernetes_engine');

test('a trace belongs to a cohort when some span carries each label', () => {
  const trace = requestTrace({ attributes: { 'service.version': 'v1' } });
  assert.equal(matchesCohort(trace, CLOUD_RUN), true);
  assert.equal(matchesCohort(trace, parseCohort('a', 'service.version=v1')), true);
  const both = parseCohort('a', 'service.version=v2,cloud.platform=gcp_cloud_run');
  assert.equal(matchesCohort(trace, both), false);
});

test("labels of the front end's own spans decide nothing", () => {
  const trace = withSpanChanged(
    requestTrace({ frontEnd: 'stored', platform: 'gcp_kubernetes_engine' }),
    12,
    { attributes: { 'cloud.platform': 'gcp_cloud_run' } },
  );
  assert.equal(matchesCohort(trace, CLOUD_RUN), false);
});

test('a window holds its first moment and not its last', () => {
  const trace = requestTrace();
  const from = (sinceMs: number, untilMs: number) =>
    matchesCohort(trace, { ...CLOUD_RUN, sinceMs, untilMs });
  assert.equal(from(MINUTE_MS, MINUTE_MS + 1), true);
  assert.equal(from(MINUTE_MS + 1, MINUTE_MS + 2), false);
  assert.equal(from(MINUTE_MS - 1, MINUTE_MS), false);
});

test('a value may hold an equals sign', () => {
  assert.deepEqual(parseCohort('a', 'shakesapp.query=a=b').pairs, [
    { key: 'shakesapp.query', value: 'a=b' },
  ]);
});

for (const filter of ['', 'platform', '=x', 'a=', 'a=b,', 'a=b,,c=d']) {
  test(`the filter ${JSON.stringify(filter)} is refused with what is allowed`, () => {
    assert.throws(() => parseCohort('a', filter), /--a is ".*"; allowed: key=value/);
  });
}

test('cohorts of one platform are called by that platform, others by their filter', () => {
  assert.equal(CLOUD_RUN.label, 'Cloud Run');
  assert.equal(parseCohort('b', 'service.version=v2').label, 'service.version=v2');
  const both = 'cloud.platform=gcp_cloud_run,service.version=v2';
  assert.equal(parseCohort('b', both).label, both);
});

test('a platform in a window is called by the platform', () => {
  const window = { sinceMs: MINUTE_MS, untilMs: MINUTE_MS + 1 };
  const cohort = parseCohort('a', 'cloud.platform=gcp_cloud_run', window);
  assert.equal(cohort.label, 'Cloud Run');
  const { a, b } = labelled({ a: cohort, b: GKE });
  assert.deepEqual([a.label, b.label], ['Cloud Run', 'GKE']);
});

const hour = (from: number | null, to: number | null) =>
  parseCohort('a', 'cloud.platform=gcp_cloud_run', {
    sinceMs: from === null ? null : MINUTE_MS + from * 3_600_000,
    untilMs: to === null ? null : MINUTE_MS + to * 3_600_000,
  });
const WINDOWS: readonly (readonly [ReturnType<typeof hour>, string])[] = [
  [hour(0, 1), 'Cloud Run 03-02 10:00–11:00Z'],
  [hour(0, 24), 'Cloud Run 03-02 10:00–03-03 10:00Z'],
  [hour(0, null), 'Cloud Run since 03-02 10:00Z'],
  [hour(null, 1), 'Cloud Run until 03-02 11:00Z'],
  [hour(null, null), 'Cloud Run'],
];
for (const [cohort, label] of WINDOWS) {
  test(`beside another window of its platform a cohort is called ${label}`, () => {
    assert.equal(labelled({ a: hour(-1, 0), b: cohort }).b.label, label);
  });
}

test('times are spans before now or absolute', () => {
  assert.equal(parseTime('since', '30m', 3_600_000), 1_800_000);
  assert.equal(parseTime('since', '2026-03-02T10:00:00Z', 0), MINUTE_MS);
  assert.equal(parseTime('since', undefined, 0), null);
  assert.equal(parseTime('since', '999999d', 0), 0, 'no time is before the epoch');
  for (const wrong of ['', '30', 'yesterday', '5 m', '12']) {
    assert.throws(() => parseTime('since', wrong, 0), /--since is ".*"; allowed: 90s/);
  }
});

function differencesOf(a: Record<string, string>, b: Record<string, string>) {
  const tally = createConfigurationTally();
  tally.add('a', requestTrace({ attributes: a }));
  tally.add('b', requestTrace({ attributes: b, platform: 'gcp_kubernetes_engine' }));
  return tally.differences({ a: CLOUD_RUN, b: GKE });
}

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
  tally.add('a', requestTrace());
  tally.add(
    'b',
    withSpanChanged(requestTrace({ platform: 'gcp_kubernetes_engine' }), 6, {
      attributes: { 'service.name': 'server', 'shakesapp.config.added_latency': '20 ms' },
    }),
  );
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

test('what differs in one service only is told with its name', () => {
  const tally = createConfigurationTally();
  const a = requestTrace({ attributes: { 'shakesapp.config.cpu': '1' } });
  const b = requestTrace({
    attributes: { 'shakesapp.config.cpu': '1' },
    platform: 'gcp_kubernetes_engine',
  });
  tally.add('a', a);
  const server = [6, 7, 8, 9, 10];
  tally.add(
    'b',
    server.reduce(
      (trace, id) =>
        withSpanChanged(trace, id, {
          attributes: { 'service.name': 'server', 'shakesapp.config.cpu': '2' },
        }),
      b,
    ),
  );
  assert.deepEqual(tally.differences({ a: CLOUD_RUN, b: GKE }), [
    { key: 'cpu of server', a: '1', b: '2' },
  ]);
});

test('the platform is a difference where the cohorts are not told apart by it', () => {
  const tally = createConfigurationTally();
  tally.add('a', requestTrace());
  tally.add('b', requestTrace({ platform: 'gcp_kubernetes_engine' }));
  const [v1, v2] = [parseCohort('a', 'service.version=v1'), parseCohort('b', 'service.version=v2')];
  assert.deepEqual(tally.differences({ a: v1, b: v2 }), [
    { key: 'platform', a: 'gcp_cloud_run', b: 'gcp_kubernetes_engine' },
  ]);
});
