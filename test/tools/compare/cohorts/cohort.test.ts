import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cohortsOf,
  isChosen,
  labelled,
  matchesCohort,
  PRESETS,
  parseCohort,
} from '../../../../tools/compare/cohorts/cohort.ts';
import { normalise } from '../../../../tools/traces/normalise.ts';
import { MINUTE_MS, requestTrace, withSpanChanged } from '../../traces/request-trace.ts';

const CLOUD_RUN = parseCohort('a', 'cloud.platform=gcp_cloud_run');
const GKE = parseCohort('b', 'cloud.platform=gcp_kubernetes_engine');

test('a trace belongs to a cohort when some span carries each label', () => {
  const trace = requestTrace({ attributes: { 'service.version': 'v1' } });
  assert.equal(matchesCohort(normalise(trace), CLOUD_RUN), true);
  assert.equal(matchesCohort(normalise(trace), parseCohort('a', 'service.version=v1')), true);
  const both = parseCohort('a', 'service.version=v2,cloud.platform=gcp_cloud_run');
  assert.equal(matchesCohort(normalise(trace), both), false);
});

test("labels of the front end's own spans decide nothing", () => {
  const trace = withSpanChanged(
    requestTrace({ frontEnd: 'stored', platform: 'gcp_kubernetes_engine' }),
    12,
    { attributes: { 'cloud.platform': 'gcp_cloud_run' } },
  );
  assert.equal(matchesCohort(normalise(trace), CLOUD_RUN), false);
});

test('a window holds its first moment and not its last', () => {
  const trace = requestTrace();
  const from = (sinceMs: number, untilMs: number) =>
    matchesCohort(normalise(trace), { ...CLOUD_RUN, sinceMs, untilMs });
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

test('times of another year than the one in which it is asked carry the year', () => {
  const inYear = (thisYear: number, from: number, to: number | null) => {
    const cohort = { ...hour(from, to), thisYear };
    return labelled({ a: hour(-1, 0), b: cohort }).b.label;
  };
  assert.equal(inYear(2026, 0, 1), 'Cloud Run 03-02 10:00–11:00Z');
  assert.equal(inYear(2027, 0, 1), 'Cloud Run 2026-03-02 10:00–11:00Z');
  assert.equal(inYear(2027, 0, 24), 'Cloud Run 2026-03-02 10:00–2026-03-03 10:00Z');
  assert.equal(inYear(2027, 0, 8760), 'Cloud Run 2026-03-02 10:00–2027-03-02 10:00Z');
  assert.equal(inYear(2027, 0, null), 'Cloud Run since 2026-03-02 10:00Z');
});

const ofFiles = (side: 'a' | 'b', files: readonly string[], filter?: string) =>
  parseCohort(side, filter ?? PRESETS[side], { preset: filter === undefined, files });

test('a cohort with its own files is called by them, and takes everything in them', () => {
  const { label, filter, pairs } = ofFiles('a', ['runs/v1.json']);
  assert.deepEqual(
    { label, filter, pairs },
    { label: 'v1.json', filter: 'in runs/v1.json', pairs: [] },
  );
  assert.equal(ofFiles('a', ['x.json', 'y.json', 'z.json']).label, 'x.json and 2 more');
});

test('a filter beside the files of a cohort takes a part of them', () => {
  const { pairs, filter } = ofFiles('a', ['v1.json'], 'k=v');
  assert.deepEqual([pairs, filter], [[{ key: 'k', value: 'v' }], 'k=v in v1.json']);
});

test('files of one name are told apart by their side', () => {
  const { a, b } = labelled({ a: ofFiles('a', ['x/t.json']), b: ofFiles('b', ['y/t.json']) });
  assert.deepEqual([a.label, b.label], ['t.json (A)', 't.json (B)']);
});

test('the two platforms that nobody asked for are cohorts of the profile shakesapp alone', () => {
  const preset = { a: ofPreset('a'), b: ofPreset('b') };
  assert.equal(cohortsOf('shakesapp', preset).a.label, 'Cloud Run');
  const general = cohortsOf('general', preset);
  assert.deepEqual([general.a.pairs, isChosen(general.a)], [[], false]);
  assert.equal(isChosen(cohortsOf('general', { a: CLOUD_RUN, b: GKE }).a), true);
});

const ofPreset = (side: 'a' | 'b') => parseCohort(side, PRESETS[side], { preset: true });
