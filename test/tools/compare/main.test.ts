import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ATTR, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import { parseOptions } from '../../../tools/compare/options.ts';
import type { Comparison } from '../../../tools/compare/result/comparison.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import {
  endLine,
  headLine,
  renderTraceFile,
  traceLine,
} from '../../../tools/traces/sources/trace-lines.ts';
import { flagsOf } from '../cli/flags-of.ts';
import { runCli } from '../cli/run-cli.ts';
import { requestTrace, without, withSpanChanged } from '../traces/request-trace.ts';

const LOCAL = {
  kind: 'cloud-trace',
  name: 'shakesapp-local',
  local: true,
  since: null,
  until: null,
} as const;

const TRACES = (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).flatMap((platform) =>
  Array.from({ length: 60 }, (_, index) =>
    requestTrace({
      platform,
      run: Math.floor(index / 10),
      sequence: index % 10,
      // Requests of one run share a factor that the platforms do not share.
      parts: { search: 3 + ((index * (platform === 'gcp_cloud_run' ? 7 : 11)) % 13) / 10 },
    }),
  ),
);

async function folderWith(t: TestContext, traces: readonly Trace[]) {
  const folder = await mkdtemp(join(tmpdir(), 'compare-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const from = join(folder, 'traces.ndjson');
  await writeFile(from, renderTraceFile(LOCAL, traces));
  return { from, path: (name: string) => join(folder, name) };
}

const compare = (...args: readonly string[]) => runCli(['compare', ...args]);

test('prints the verdict and exits 0 where both cohorts have requests', async (t) => {
  const { from } = await folderWith(t, TRACES);
  const { code, stdout, stderr } = await compare('--from', from);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.match(stdout, /^No difference seen: Cloud Run takes/);
  assert.match(stdout, /LOCAL run/);
});

test('sends to doctor with the flags that read the same traces', async (t) => {
  const { from } = await folderWith(t, [...TRACES.slice(1), without(TRACES[0] as Trace, 5)]);
  const { stdout } = await compare('--from', from);
  const advice = `Run npx shakesapp doctor --from ${from}: doctor names`;
  assert.ok(stdout.replaceAll(/\s+/g, ' ').includes(advice), stdout);
  const sameTraces = (...args: readonly string[]) =>
    parseOptions(flagsOf('compare', ...args), 3_600_000).sameTraces;
  assert.equal(sameTraces('--local'), '--local');
  assert.equal(sameTraces('--project', 'p', '--since', '2h'), '--project p --since 2h');
  assert.equal(sameTraces('--from', 'my file', 'b'), "--from 'my file' b");
  assert.equal(
    sameTraces('--from-a', 'x', '--from-b', 'y', '--root', 'service=shop'),
    "--from x y --profile general --root 'service=shop'",
  );
});

test('saves what it read, and the saved traces give the same comparison', async (t) => {
  const { from, path } = await folderWith(t, TRACES);
  await compare('--from', from, '--save', path('saved'), '--json', path('first.json'));
  const { code } = await compare('--from', path('saved'), '--json', path('second.json'));
  assert.equal(code, 0);
  const [first, second] = await Promise.all(
    ['first.json', 'second.json'].map(
      async (name): Promise<Comparison> => JSON.parse(await readFile(path(name), 'utf8')),
    ),
  );
  assert.equal(first?.version, 1);
  assert.equal(first?.source.local, true);
  assert.deepEqual({ ...first, source: null }, { ...second, source: null });
  assert.deepEqual(first?.warnings, []);
});

test('saved traces of a reading that was cut short say so when they are read again', async (t) => {
  const { path } = await folderWith(t, []);
  const truncated = 'stopped after 120 traces (--max-traces)';
  const file = [headLine(LOCAL), ...TRACES.map(traceLine), endLine({ traces: 120, truncated })];
  await writeFile(path('part'), file.join(''));
  await compare('--from', path('part'), '--save', path('again'));
  const { stdout } = await compare('--from', path('again'));
  assert.match(
    stdout,
    /not everything was read: .*part:\s+stopped\s+after\s+120\s+traces\s+\(--max-traces\)/,
  );
});

test('of files without a trace it says so, with what they hold, and advises on the files', async (t) => {
  const { path } = await folderWith(t, []);
  await writeFile(path('metrics.json'), '{"resourceMetrics":[]}\n');
  const metrics = await compare('--from', path('metrics.json'));
  assert.equal(metrics.code, 1);
  const text = metrics.stdout.replaceAll(/\s+/g, ' ');
  assert.ok(text.startsWith(`There is no span in ${path('metrics.json')}. `), text);
  assert.match(text, /1 document holds metrics, logs or profiles, which were skipped/);
  assert.doesNotMatch(text, /WARNINGS|COHORTS|Cloud Run|GKE/);
  await writeFile(path('jaeger.json'), '{"data":[]}');
  const jaeger = await compare('--from', path('jaeger.json'), '--summary', path('summary.md'));
  assert.ok(
    jaeger.stdout.startsWith(`There is no span in ${path('jaeger.json')}: an answer without`),
    jaeger.stdout,
  );
  const summary = await readFile(path('summary.md'), 'utf8');
  assert.match(summary, /Nothing to compare/);
  assert.doesNotMatch(summary, /Cloud Run|GKE|too few traces/);
  await writeFile(path('cut'), headLine(LOCAL));
  const cut = (await compare('--from', path('cut'))).stdout.replaceAll(/\s+/g, ' ');
  assert.match(cut, /^There is no span in .*! not everything was read: .* it is cut off Traces /);
  assert.match(cut, /copy the file again/);
  assert.doesNotMatch(cut, /Wait for more runs|choose a shorter window/);
});

test('traces that may have been growing when they were saved are left out and counted', async (t) => {
  const { path } = await folderWith(t, []);
  // Two lack a span: one of the last run, one of the first.
  const traces = TRACES.map((trace, index) =>
    [3, 55].includes(index) ? without(trace, 10) : trace,
  );
  const lastEndMs = Math.max(...traces.flatMap(({ spans }) => spans.map(({ endMs }) => endMs)));
  const body = traces.map(traceLine).join('') + endLine({ traces: 120, truncated: null });
  await writeFile(path('fresh'), headLine(LOCAL, lastEndMs + 14_000) + body);
  const outputs = ['--json', path('out.json'), '--html', path('out.html'), '--save', path('again')];
  const { stdout } = await compare('--from', path('fresh'), ...outputs);
  const left = /1 trace left out: incomplete, and ended less than 15 s before they were read/;
  assert.match(stdout, left);
  assert.match(await readFile(path('out.html'), 'utf8'), left);
  const comparison: Comparison = JSON.parse(await readFile(path('out.json'), 'utf8'));
  assert.equal(comparison.stillArriving, 1);
  assert.deepEqual([comparison.cohorts.a.traces, comparison.cohorts.a.whole], [59, 58]);
  assert.match((await compare('--from', path('again'))).stdout, left, 'and saved as such');
});

test('says which files it wrote', async (t) => {
  const { from, path } = await folderWith(t, TRACES);
  const [json, html, save] = ['out.json', 'out.html', 'again'].map(path);
  assert.ok(json && html && save);
  const { stderr } = await compare(
    ...['--from', from, '--json', json, '--html', html, '--save', save],
  );
  const written = stderr.split('\n').map((line) => line.replace(/ \([\d.]+ [kM]?B\)$/, ''));
  assert.deepEqual(written, [`wrote ${save}`, `wrote ${json}`, `wrote ${html}`, '']);
});

test('says of which time the traces are, and a window beside its cohort if it has one', async (t) => {
  const { path } = await folderWith(t, []);
  const window = { since: '2026-03-02T10:00:00.000Z', until: '2026-03-02T10:30:00.000Z' };
  await writeFile(path('window'), renderTraceFile({ ...LOCAL, ...window }, TRACES));
  const { stdout } = await compare(
    ...['--from', path('window'), '--since', '2026-03-02T10:00:00Z'],
    ...['--b-until', '2026-03-02T10:03:00Z', '--json', path('out.json')],
  );
  const text = stdout.replaceAll(/\s+/g, ' ');
  assert.match(
    text,
    /Read from \S+window \(saved from shakesapp-local\) since 2026-03-02 10:00:00 UTC until 2026-03-02 10:30:00 UTC\. Requests began from 2026-03-02 10:00:\d\d to 10:05:\d\d UTC\./,
  );
  const { cohorts }: Comparison = JSON.parse(await readFile(path('out.json'), 'utf8'));
  assert.equal(cohorts.a.filter, 'cloud.platform=gcp_cloud_run');
  assert.equal(
    cohorts.b.filter,
    'cloud.platform=gcp_kubernetes_engine since 2026-03-02T10:00:00.000Z until 2026-03-02T10:03:00.000Z',
  );
  assert.equal(cohorts.b.traces, 30);
});

test('--json without a file prints JSON and nothing else', async (t) => {
  const { from } = await folderWith(t, TRACES);
  for (const flags of [['--json'], ['--json', '-']]) {
    const { stdout } = await compare('--from', from, ...flags);
    assert.equal(JSON.parse(stdout).cohorts.a.traces, 60);
  }
});

test('--html writes the comparison as a page', async (t) => {
  const { from, path } = await folderWith(t, TRACES);
  const { code } = await compare('--from', from, '--html', path('report.html'));
  assert.equal(code, 0);
  assert.match(await readFile(path('report.html'), 'utf8'), /^<!doctype html>/i);
});

test('exits 1 where an answer had a wrong count', async (t) => {
  const [first, ...rest] = TRACES;
  assert.ok(first);
  const attributes = { ...first.spans[0]?.attributes, [ATTR.errorType]: UNEXPECTED_RESULT };
  const { from } = await folderWith(t, [withSpanChanged(first, 1, { attributes }), ...rest]);
  const { code, stdout } = await compare('--from', from);
  assert.equal(code, 1);
  assert.match(stdout, /^No verdict: 1 answer had a wrong count/);
});

test('exits 1 where a cohort is empty', async (t) => {
  const { from } = await folderWith(t, TRACES.slice(0, 60));
  const { code, stdout } = await compare('--from', from);
  assert.equal(code, 1);
  assert.match(stdout, /^No trace matches cloud\.platform=gcp_kubernetes_engine: /);
});

/** GKE's search takes longer by so many milliseconds of about 10. */
const slowerOnGke = (ms: number, runs = 6) =>
  (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).flatMap((platform) =>
    Array.from({ length: runs * 10 }, (_, index) => {
      const ownMs = ((index * (platform === 'gcp_cloud_run' ? 7 : 11)) % 13) / 10;
      const search = 3 + ownMs + (platform === 'gcp_cloud_run' ? 0 : ms);
      return requestTrace({
        platform,
        run: Math.floor(index / 10),
        sequence: index % 10,
        parts: { search },
      });
    }),
  );

for (const [what, traces, flags, expected, outcome] of [
  ['a condition that the data shows fails', slowerOnGke(4), [], 1, 'fails'],
  ['two equal sides pass', slowerOnGke(0), [], 0, 'passes'],
  ['too little data stays open', slowerOnGke(4, 5), [], 0, 'undecided'],
  ['too little data is closed on demand', slowerOnGke(4, 5), ['--require-verdict'], 1, 'undecided'],
] as const) {
  test(`${what}: exit ${expected}`, async (t) => {
    const { from, path } = await folderWith(t, traces);
    const { code, stdout } = await compare(
      ...['--from', from, '--fail-if', 'b slower than 10 %', ...flags, '--json', path('out.json')],
    );
    assert.equal(code, expected, stdout);
    const { gate }: Comparison = JSON.parse(await readFile(path('out.json'), 'utf8'));
    assert.equal(gate?.outcome, outcome);
    assert.deepEqual(
      gate?.conditions.map(({ condition }) => condition),
      ['b slower than 10 %'],
    );
    const shown = outcome === 'undecided' ? 'not enough data' : outcome;
    assert.match(stdout, new RegExp(`^  ${shown}: b slower than 10 %$`, 'm'));
  });
}

test('with JSON on stdout, the gate is told on stderr', async (t) => {
  const { from } = await folderWith(t, slowerOnGke(4));
  const { stdout, stderr } = await compare(
    '--from',
    from,
    '--json',
    '--fail-if',
    'b slower than 1 %',
  );
  assert.equal(JSON.parse(stdout).gate.outcome, 'fails');
  assert.match(stderr, /^Gate: fails\.\n {2}fails: b slower than 1 %\n/);
});

test('--summary appends to what is there', async (t) => {
  const { from, path } = await folderWith(t, TRACES);
  await writeFile(path('summary.md'), '# Job\n');
  const { stderr } = await compare('--from', from, '--summary', path('summary.md'));
  assert.match(await readFile(path('summary.md'), 'utf8'), /^# Job\n### No difference seen/);
  assert.match(stderr, /^wrote .*summary\.md/);
});

test('a condition on a hop that no request has is bad usage', async (t) => {
  const { from } = await folderWith(t, TRACES);
  const { code, stderr } = await compare(
    ...['--from', from, '--fail-if', 'hop server:serch of b slower than 1 ms'],
  );
  assert.equal(code, 2);
  assert.match(stderr, /names the hop "server:serch", which no warm request has; allowed: /);
});

test('a file or a flag that does not exist is bad usage', async () => {
  const { code, stderr } = await compare('--from', '/nowhere/traces');
  assert.equal(code, 2);
  const help = '(see: npx shakesapp compare --help)';
  assert.equal(stderr, `compare: cannot read /nowhere/traces: there is no such file ${help}\n`);
  const mistyped = await compare('--local', '--sinc', '5m');
  assert.equal(mistyped.code, 2);
  assert.equal(mistyped.stderr, `compare: unknown flag --sinc; did you mean --since? ${help}\n`);
});

const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no source', [], /^name one place to read from/],
  [
    'a limit of BigQuery elsewhere',
    ['--local', '--max-bytes', '1GB'],
    /^--max-bytes is valid only with --bigquery/,
  ],
  [
    'a page of what is only explained',
    ['--bigquery', 'p.d', '--explain', '--html', 'f'],
    /^--html and --explain exclude each other/,
  ],
  ['no runs', ['--from', 'f', '--max-runs', '0'], /^--max-runs is "0"; allowed: .* or all/],
  [
    'a size that is none',
    ['--bigquery', 'p.d', '--max-bytes', 'much'],
    /^--max-bytes is "much"; allowed: 500MB/,
  ],
  [
    'two sources',
    ['--local', '--project', 'p'],
    /^--project and --local exclude each other; name one place to read from/,
  ],
  ['an unknown flag', ['--local', '--fast'], /--fast/],
  ['a filter without a value', ['--local', '--a', 'x'], /--a is "x"/],
  ['files of one cohort', ['--from-a', 'x'], /^--from-a is valid only with --from-b/],
  ['files twice', ['--from', 'x', '--from-a', 'y', '--from-b', 'z'], /^--from and --from-a and/],
  [
    'two files, saved as one',
    ['--from-a', 'x', '--from-b', 'y', '--save', 'z'],
    /^--save is not valid with --from-a and --from-b: .* save each alone: compare --from FILE --save FILE$/,
  ],
  [
    'standard input twice',
    ['--from-a', '-', '--from-b', '-'],
    /^--from-a - and --from-b - exclude each other/,
  ],
  [
    'a root that is none',
    ['--local', '--root', 'shop'],
    /^--root is "shop"; allowed: service=NAME/,
  ],
  [
    'a root of this system',
    ['--local', '--profile', 'shakesapp', '--root', 'name=x'],
    /^--root and --profile shakesapp exclude each other/,
  ],
  [
    'a pair of this system',
    ['--local', '--profile', 'shakesapp', '--pair-by', 'x'],
    /^--pair-by and --profile shakesapp exclude each other/,
  ],
  ['an unknown profile', ['--local', '--profile', 'shop'], /--profile is "shop"; allowed: one of/],
  ['a time that is none', ['--local', '--since', 'noon'], /--since is "noon"/],
  ['a number out of bounds', ['--local', '--max-traces', '0'], /--max-traces is "0"/],
  ['files without --from', ['--local', 'a.ndjson'], /unknown argument "a.ndjson"/],
  [
    'a window that ends before it begins',
    ['--local', '--since', '2026-03-02T10:00:00Z', '--until', '2026-03-02T09:00:00Z'],
    /--a: the window is empty: 2026-03-02T10:00:00.000Z is not before 2026-03-02T09:00:00.000Z/,
  ],
  [
    'a window that has not begun',
    ['--local', '--b-since', '2026-03-02T10:00:00Z'],
    /--b: the window is empty/,
  ],
  [
    'a condition that is none',
    ['--local', '--fail-if', 'b too slow'],
    /^--fail-if is "b too slow"; allowed: \[MEASURE of\] SIDE slower\|faster than N %\|ms/,
  ],
  [
    'a verdict that nothing asks for',
    ['--local', '--require-verdict'],
    /^--require-verdict is valid only with --fail-if$/,
  ],
  [
    'a summary in a directory that is missing',
    ['--local', '--summary', '/nowhere/summary.md'],
    /^--summary \/nowhere\/summary.md: cannot be written: there is no directory \/nowhere/,
  ],
  [
    'a file that is read and written',
    ['--from', 'a.ndjson', '--save', './a.ndjson'],
    /--save .\/a.ndjson would overwrite a file that is read/,
  ],
];
for (const [name, args, message] of WRONG) {
  test(`${name} is bad usage`, () => {
    assert.throws(() => parseOptions(flagsOf('compare', ...args), 3_600_000), {
      name: 'UsageError',
      message,
    });
  });
}

test('bad usage exits 2 in one line', async () => {
  const { code, stderr, stdout } = await compare('--since', '5m');
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^compare: name one place to read from/);
});

test('--help fits 80 columns and exits 0', async () => {
  const { code, stdout } = await compare('--help');
  assert.equal(code, 0);
  assert.ok(stdout.split('\n').every((line) => line.length <= 80));
});

test("a cohort's own window widens what is read and narrows the cohort", () => {
  const options = parseOptions(
    flagsOf('compare', '--local', '--since', '10m', '--a-since', '1h', '--a-until', '30m'),
    3_600_000,
  );
  assert.equal(options.sinceMs, 0);
  assert.equal(options.untilMs, null);
  assert.deepEqual(
    [options.cohorts.a.sinceMs, options.cohorts.a.untilMs, options.cohorts.b.sinceMs],
    [0, 1_800_000, 3_000_000],
  );
});

test('two windows of one platform are named by their time', () => {
  const options = parseOptions(
    flagsOf(
      'compare',
      ...['--local', '--since', '2026-03-02T10:00:00Z', '--b', 'cloud.platform=gcp_cloud_run'],
      ...['--a-until', '2026-03-02T11:00:00Z', '--b-since', '2026-03-02T11:00:00Z'],
    ),
    Date.parse('2026-03-02T12:00:00Z'),
  );
  const { a, b } = options.cohorts;
  assert.deepEqual(
    [a.label, b.label],
    ['Cloud Run 03-02 10:00–11:00Z', 'Cloud Run since 03-02 11:00Z'],
  );
});

test('a window of another year than that of the command is named with its year', () => {
  const options = parseOptions(
    flagsOf(
      'compare',
      ...['--local', '--b', 'cloud.platform=gcp_cloud_run'],
      ...['--a-since', '2025-03-02T10:00:00Z', '--a-until', '2025-03-02T11:00:00Z'],
      ...['--b-since', '2026-03-02T11:00:00Z'],
    ),
    Date.parse('2026-03-02T12:00:00Z'),
  );
  const { a, b } = options.cohorts;
  assert.match(a.label, /^Cloud Run 2025-03-02 10:00–11:00Z$/);
  assert.match(b.label, /^Cloud Run since 03-02 11:00Z$/);
});

test('files are read to the end where no window is given, Cloud Trace for half an hour', () => {
  const files = parseOptions(flagsOf('compare', '--from', 'a', 'b'), 3_600_000);
  assert.deepEqual(files.origin, { kind: 'files', paths: ['a', 'b'] });
  assert.equal(files.cohorts.a.sinceMs, null);
  const cloud = parseOptions(flagsOf('compare', '--project', 'p'), 3_600_000);
  assert.equal(cloud.sinceMs, 1_800_000);
});
