import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '../../../../tools/compare/cohorts/request-record.ts';
import type { Comparison } from '../../../../tools/compare/result/comparison.ts';
import { WARNING_IDS, type WarningId } from '../../../../tools/compare/result/warning-texts.ts';
import { type Evidence, findWarnings } from '../../../../tools/compare/result/warnings.ts';
import { NO_EXAMPLE } from '../../../../tools/traces/deviation.ts';
import type { FoldedNames } from '../../../../tools/traces/profile/name-tally.ts';
import { sampleComparison } from '../html/sample-comparison.ts';

type Summary = Comparison['cohorts']['a'];

/** Of files, and of traffic that no schedule makes. */
const OF_OTHERS = new Set<WarningId>(['incomplete-file', 'unequal-rate', 'pair-by']);

const sample = sampleComparison();

/** Two cohorts of 100 complete traces in ten runs, of which there is nothing to warn. */
const CALM: Summary = {
  ...sample.cohorts.a,
  traces: 100,
  whole: 100,
  cold: 0,
  runs: 10,
  expectedRequests: 100,
  requestsPerRun: 10,
};

const recordsOf = (...queries: readonly (readonly [string, number])[]) =>
  queries.flatMap(([query, count]) =>
    Array.from(
      { length: count },
      (_, at) => ({ query, startMs: (at * 60_000) / count }) as RequestRecord,
    ),
  );

const WINDOWS = { lengthMs: 1_000, mix: [], leftOut: { a: 0, b: 0 } };

type Change = Readonly<{
  a?: Partial<Summary>;
  b?: Partial<Summary>;
  overall?: Partial<Evidence['overall']>;
  queriesOfB?: readonly (readonly [string, number])[];
  samplers?: readonly string[];
  tooMany?: FoldedNames['tooMany'];
  truncated?: string;
  partly?: string;
  ofFiles?: boolean;
  deviations?: Evidence['deviations'];
}>;

function warningsOf(change: Change) {
  const quantiles = { n: 100, p50Ms: 1, p90Ms: 1, p95Ms: 1, p99Ms: 1 };
  const cohorts = {
    a: { ...CALM, label: 'Cloud Run', ...change.a },
    b: { ...CALM, label: 'GKE', ...change.b },
  };
  return findWarnings({
    cohorts,
    load: cohorts,
    records: {
      a: recordsOf(['love', 50], ['world', 50]),
      b: recordsOf(...(change.queriesOfB ?? [['love', 50] as const, ['world', 50] as const])),
    },
    overall: {
      ...sample.overall,
      a: quantiles,
      b: quantiles,
      runs: { a: 10, b: 10 },
      ...change.overall,
    },
    samplers: change.samplers ?? ['parentbased_always_on'],
    pairBy: null,
    foldedNames: {
      ...{ names: 0, into: 0, more: false, examples: [] },
      tooMany: change.tooMany ?? [],
    },
    deviations: change.deviations ?? [],
    truncated: change.truncated ?? null,
    partly: change.partly ?? null,
    ofFiles: change.ofFiles ?? false,
    inspect: 'Run npx shakesapp doctor --local',
  });
}

const few = (n: number) => ({ n, p50Ms: 1, p90Ms: 1, p95Ms: 1, p99Ms: 1 });

/** What raises it, with its words, and what lies just below the limit. */
const CASES: readonly (readonly [WarningId, string, Change, RegExp, Change])[] = [
  [
    'wrong-counts',
    'one wrong count',
    { b: { wrongCounts: 1 } },
    /^0 of 100 traces in Cloud Run, 1 of 100 in GKE$/,
    {},
  ],
  [
    'shed',
    'requests without a trace, which are then not missing',
    { a: { shed: 3, traces: 97, whole: 97 } },
    /^at least 3 requests were shed in Cloud Run, 0 in GKE$/,
    {},
  ],
  [
    'too-few-traces',
    'fewer than 20 pairs',
    { overall: { a: few(19), b: few(19) } },
    /^19 pairs of warm requests; a verdict needs 20$/,
    { overall: { a: few(20), b: few(20) } },
  ],
  [
    'too-few-runs',
    'fewer than six runs',
    { overall: { runs: { a: 5, b: 5 } } },
    /^5 paired runs; a verdict needs 6$/,
    { overall: { runs: { a: 6, b: 6 } } },
  ],
  [
    'unpaired',
    'requests without partners',
    { overall: { paired: false } },
    /^most requests have no partner/,
    { overall: { paired: true } },
  ],
  [
    'unequal-load',
    'over a tenth more requests per run',
    { a: { requestsPerRun: 12 } },
    /^12 requests per run in Cloud Run, 10 in GKE$/,
    { a: { requestsPerRun: 11 } },
  ],
  [
    'unequal-load',
    'over a quarter more requests',
    { b: { traces: 126, whole: 126, expectedRequests: 126 } },
    /^100 requests in Cloud Run, 126 in GKE$/,
    { b: { traces: 125, whole: 125, expectedRequests: 125 } },
  ],
  [
    'unequal-rate',
    'over 1.5 times as many requests a second, where the clock divides them',
    {
      overall: { windows: WINDOWS },
      queriesOfB: [
        ['love', 100],
        ['world', 100],
      ],
    },
    /^1\.7 requests\/s in Cloud Run, 3\.37 requests\/s in GKE, from .* above 1\.5/,
    {
      overall: { windows: WINDOWS },
      queriesOfB: [
        ['love', 60],
        ['world', 60],
      ],
    },
  ],
  [
    'different-query-mix',
    'over a tenth of other queries, and more than chance does',
    {
      queriesOfB: [
        ['love', 66],
        ['world', 34],
      ],
    },
    /^16 % of the requests ask for other queries$/,
    {
      queriesOfB: [
        ['love', 61],
        ['world', 39],
      ],
    },
  ],
  [
    'cold-starts-present',
    'a cold request',
    { a: { cold: 1 } },
    /^1 of 100 traces in Cloud Run, 0 of 100 in GKE$/,
    {},
  ],
  [
    'errors',
    'an error',
    { a: { errors: 1 } },
    /^1 of 100 traces in Cloud Run, 0 of 100 in GKE$/,
    {},
  ],
  [
    'orphans',
    'an incomplete trace',
    { b: { whole: 99 } },
    /^0 of 100 traces in Cloud Run, 1 of 100 in GKE$/,
    {},
  ],
  [
    'sampled',
    'a sampler that drops',
    { samplers: ['traceidratio'] },
    /^sampler traceidratio$/,
    { samplers: ['always_on', 'parentbased_always_on'] },
  ],
  [
    'sampled',
    'over 2 % of the requests without a trace',
    { a: { expectedRequests: 103 } },
    /^Cloud Run: 100 traces of 103 requests, by their sequence numbers$/,
    { a: { expectedRequests: 102 } },
  ],
  [
    'clock-skew',
    'over 2 % of the traces with a clock that is off',
    { b: { skewed: 3 } },
    /^0 of 100 traces in Cloud Run, 3 of 100 in GKE$/,
    { b: { skewed: 2 } },
  ],
  [
    'early-start',
    'a start over 1 s before it was due',
    { a: { earlyStart: 1 } },
    /^1 of 100 traces in Cloud Run, 0 of 100 in GKE$/,
    {},
  ],
  [
    'truncated-by-quota',
    'what the source left out',
    { truncated: 'only the newest 20000 traces' },
    /^only the newest 20000 traces$/,
    {},
  ],
  [
    'sample',
    'which sample was read',
    { partly: 'of about 120 requests those of 6 minutes' },
    /^of about 120 requests those of 6 minutes$/,
    {},
  ],
  [
    'incomplete-file',
    'what a file lacks',
    { truncated: 'a.json is cut off', ofFiles: true },
    /^a\.json is cut off$/,
    { ofFiles: true },
  ],
];

test('without data there is no warning', () => {
  assert.deepEqual(warningsOf({}), []);
});

for (const [id, name, raised, finding, below] of CASES) {
  test(`${id}: ${name}, and nothing just below`, () => {
    const [warning, ...others] = warningsOf(raised);
    assert.deepEqual(others, []);
    assert.equal(warning?.id, id);
    assert.match(warning?.finding ?? '', finding);
    assert.ok((warning?.advice.length ?? 0) > 20);
    assert.deepEqual(warningsOf(below), []);
  });
}

test('few requests and few runs are counted on either side where nothing pairs', () => {
  const findings = warningsOf({
    overall: { paired: false, a: few(19), b: few(20), runs: { a: 7, b: 5 } },
  }).map(({ finding }) => finding);
  assert.ok(findings.includes('19 warm requests in Cloud Run, 20 in GKE; a verdict needs 20'));
  assert.ok(findings.includes('7 runs in Cloud Run, 5 in GKE; a verdict needs 6'));
});

test('an empty cohort is too few traces; of its load, pairs and queries there is nothing to say', () => {
  const ids = warningsOf({
    b: { traces: 0, runs: 0, whole: 0, expectedRequests: 0, requestsPerRun: null },
    overall: { paired: false, b: null },
    queriesOfB: [],
  }).map(({ id }) => id);
  assert.deepEqual(ids, ['too-few-traces']);
});

test('every warning of the list can be raised, in the order of the list', () => {
  const everything = warningsOf({
    a: {
      wrongCounts: 1,
      shed: 1,
      errors: 1,
      whole: 98,
      skewed: 9,
      earlyStart: 1,
      cold: 2,
      requestsPerRun: 20,
    },
    overall: { paired: false, a: few(1), runs: { a: 1, b: 1 } },
    queriesOfB: [['another', 100]],
    samplers: ['traceidratio'],
    tooMany: [{ service: 'shop', names: 340, example: 'job 17' }],
    truncated: 'the rest',
    partly: 'a half',
  });
  assert.deepEqual(
    everything.map(({ id }) => id),
    WARNING_IDS.filter((id) => !OF_OTHERS.has(id)),
  );
});

test('of incomplete traces the cold ones are a lower bound', () => {
  const cold = warningsOf({ a: { cold: 1, whole: 90 }, b: { cold: 6 } }).find(
    ({ id }) => id === 'cold-starts-present',
  );
  assert.equal(cold?.finding, 'at least 1 of 100 traces in Cloud Run, 6 of 100 in GKE');
});

test('incomplete traces advise the doctor command that reads the same traces', () => {
  const [found] = warningsOf({ a: { whole: 99 } });
  assert.match(found?.advice ?? '', /^Run npx shakesapp doctor --local: doctor names the spans/);
});

test('after wrong counts come incomplete traces, then what deviates, then all the rest', () => {
  const ids = warningsOf({
    a: { wrongCounts: 1, whole: 99, cold: 1 },
    deviations: [{ kind: 'cycle', count: 1, example: NO_EXAMPLE }],
  }).map(({ id }) => id);
  assert.deepEqual(ids, ['wrong-counts', 'orphans', 'cycle', 'cold-starts-present']);
});

test('what is advised fits a burst as well as a window of Cloud Trace', () => {
  const [found] = warningsOf({ overall: { a: few(19), b: few(19) } });
  assert.match(found?.advice ?? '', /a longer window or a larger burst/);
  assert.doesNotMatch(found?.advice ?? '', /--/);
});

test('of what was left out, a command is repeated and a file is copied again', () => {
  const adviceOn = (ofFiles: boolean) => warningsOf({ truncated: 'cut off', ofFiles })[0]?.advice;
  assert.match(adviceOn(false) ?? '', /Repeat the command, which resumes/);
  assert.match(adviceOn(true) ?? '', /copy the file again, or save the traces again/);
});

test('windows of the clock are not held against the runs of a schedule', () => {
  const lacking = { paired: false, runs: { a: 2, b: 2 } };
  const unequal = { a: { requestsPerRun: 99 } };
  const ids = (windows: Evidence['overall']['windows']) =>
    warningsOf({ ...unequal, overall: { ...lacking, windows } }).map(({ id }) => id);
  assert.deepEqual(ids(null), ['too-few-runs', 'unpaired', 'unequal-load']);
  assert.deepEqual(ids(WINDOWS), []);
});
