import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLOUD_RUN, GKE } from '../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../tools/compare/compare.ts';
import type { Comparison } from '../../../tools/compare/result/comparison.ts';
import { parseOptions } from '../../../tools/local/options.ts';
import { summarisePlatform } from '../../../tools/local/platform-summary.ts';
import { inspectAdvice, renderOutcome } from '../../../tools/local/render-outcome.ts';
import { flagsOf } from '../cli/flags-of.ts';
import { sampleComparison } from '../compare/html/sample-comparison.ts';
import { createRequestTrace, failedTrace } from './example-traces.ts';

const sample = sampleComparison();
const local: Comparison = { ...sample, source: { ...sample.source, local: true } };
const undecided: Comparison = {
  ...local,
  overall: { ...local.overall, verdict: 'not-enough-data', reason: '2 runs; it takes 6' },
};

const { result } = summarisePlatform({
  platform: 'cloud_run',
  requests: 1,
  summaries: [],
  reports: [],
  traces: [createRequestTrace({ platform: 'gcp_cloud_run' })],
});

function render(
  argv: readonly string[],
  comparison: Comparison = local,
  faults: string[] = [],
): string {
  const options = parseOptions(flagsOf('up', '--once', ...argv));
  const pairs = [['cloud_run', result] as const, ['gke', result] as const];
  const ran = pairs.filter(([name]) => options.platforms.includes(name));
  return renderOutcome({ options, pairs: ran, comparison, faults });
}

describe('renderOutcome', () => {
  it('says what is instrumented and which protection is off, and compares nothing then', () => {
    const text = render(['--instrument', 'http', '--without', 'server/flush']);
    assert.match(text, /^protection off: flush in server\ninstrumented: loadgen .*server$/m);
    assert.match(text, /^ {2}complete for --instrument http +1 +1$/m);
    assert.match(text, /Every trace has the spans that --instrument http makes\.\n$/);
    assert.doesNotMatch(text, /is faster|HOPS|add --full/);
    assert.match(render(['--instrument', 'none']), /no request has a trace\.\n$/);
  });

  it('ends with verdict, hops and warnings, in this order, below the totals', () => {
    const text = render(['--requests', '60'], local);
    const places = ['spans started', 'GKE is faster', 'HOPS, warm', 'WARNINGS', 'Every trace'].map(
      (word) => text.indexOf(word),
    );
    assert.ok(!places.includes(-1), text);
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
    );
  });

  it('is one screen of at most 100 columns: a line for each warm hop, none for cold ones', () => {
    const text = render(['--requests', '60'], local);
    const lines = text.split('\n');
    for (const line of lines) assert.ok([...line].length <= 100, line);
    assert.doesNotMatch(lines.filter((line) => line.startsWith('loadgen')).join(), /…/);
    assert.ok(lines.length <= 55, `${lines.length} lines`);
    const warm = local.hops.filter(({ stratum }) => stratum === 'warm');
    assert.equal(lines.filter((line) => / (self|gap) {2}/.test(line)).length, warm.length);
    assert.doesNotMatch(text, /HOPS, cold|METHOD/);
    assert.match(text, /--full/);
  });

  it('sends the reader to doctor on the saved traces, and to --save first where there are none', () => {
    assert.equal(inspectAdvice({ save: 't.ndjson' }), 'Run npx shakesapp doctor --from t.ndjson');
    assert.match(inspectAdvice({}), /--save FILE, then .* doctor --from FILE$/);
  });

  it('says what its signs mean', () => {
    const text = render(['--requests', '60'], local);
    assert.match(text, /Cloud Run minus GKE of a typical pair, .*; \+ means Cloud Run is slower/);
    assert.match(text, /self: .*gap: .*\n/);
  });

  it('prints every figure with --full', () => {
    assert.match(
      render(['--full'], local).replaceAll(/\s+/g, ' '),
      /HOPS, cold.* difference: Cloud Run minus GKE.* self: .* gap: .*×: ratio\. .*path: .*METHOD/,
    );
  });

  it('says how to get a verdict where the requests were too few for one', () => {
    assert.match(
      render([], undecided),
      /No verdict: 2 runs; it takes 6\.\nFor a verdict: npm start -- --once --requests 60\n/,
    );
    assert.doesNotMatch(render(['--requests', '60'], undecided), /For a verdict/);
    assert.doesNotMatch(render([], local), /For a verdict/);
  });

  it('says it with the flags of the run, as a shell takes them', () => {
    const flags = [
      ...['--requests', '80', '--runs', '2', '--interval', '5', '--no-rewrite', '--json=out.json'],
      ...['--delay', 'gke/server=20', '--delay', 'cloud_run/client=5'],
      ...['--replace', "server=python3 my\\ server.py --say 'two words' --for-long-lines"],
    ];
    assert.match(
      render(flags, undecided),
      /\nFor a verdict: npm start -- --once --requests 80 --interval 5 --no-rewrite --delay gke\/server=20 --delay cloud_run\/client=5 --replace 'server=python3 my\\ server\.py --say '\\''two words'\\'' --for-long-lines' --json=out\.json\n/,
    );
  });

  it('names the latency that was added on purpose, also where one platform runs', () => {
    assert.match(
      render(['--delay', 'gke/server=20', '--platforms', 'gke']),
      /latency added \(local\): 20 ms in front of server on GKE \(local\)\n/,
    );
  });

  it('says how many requests failed, how, where and since when, with an example', () => {
    const traces = ['a', 'b', 'c'].map((digit) =>
      failedTrace({ traceId: digit.repeat(32), platform: 'gcp_kubernetes_engine' }),
    );
    const comparison = compareTraces(traces, {
      cohorts: { a: CLOUD_RUN, b: GKE },
      name: 'p',
      local: true,
    });
    for (const argv of [[], ['--platforms', 'gke']]) {
      const failed = render(argv, comparison, ['x']).replaceAll(/\s+/g, ' ');
      assert.match(failed, /FAILED REQUESTS: 0 of 0 in Cloud Run, 3 of 3 in GKE/);
      assert.match(failed, /status 504: server was still busy when client gave up: .*3 in GKE at/);
      assert.match(failed, /for example trace a{32}: client gave up after 60.0 ms/);
      assert.equal(failed.split('FAILED REQUESTS').length, 2, 'said once');
    }
    const text = render([], comparison);
    for (const line of text.split('\n')) assert.ok([...line].length <= 100, line);
    assert.doesNotMatch(render([]), /FAILED REQUESTS/);
  });

  it('says of one platform alone that nothing is compared, and where its figures are', () => {
    const alone = render(['--platforms', 'gke']);
    assert.match(alone, /\nOnly GKE \(local\) ran, so nothing is compared\.\n/);
    assert.doesNotMatch(alone, /HOPS|No verdict|faster|--full/);
    const full = render(['--platforms', 'gke', '--full', '--html', '/tmp/x.html']);
    assert.match(
      full.replaceAll(/\s+/g, ' '),
      / \/tmp\/x\.html shows its figures and traces\. All/,
    );
    assert.match(full, /COHORTS/);
  });

  it('ends with what makes a trace incomplete', () => {
    assert.match(render([], local, ['GKE (local): 3 orphan spans']), /\nGKE \(local\): 3 orphan/);
  });
});
