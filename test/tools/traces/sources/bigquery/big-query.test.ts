import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { requestTraces } from '../../../../../tools/bench/request-traces.ts';
import type { Comparison } from '../../../../../tools/compare/result/comparison.ts';
import type { Trace } from '../../../../../tools/traces/model.ts';
import type { Total } from '../../../../../tools/traces/sources/bigquery/totals.ts';
import { renderTraceFile } from '../../../../../tools/traces/sources/trace-lines.ts';
import { ROOT } from '../../../../rules/sources.ts';
import { childEnvironment } from '../../../../run-to-end.ts';
import { runCli } from '../../../cli/run-cli.ts';
import { requestTrace } from '../../request-trace.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { refusal, startFront } from './front.ts';
import { reasonToSkip } from './python-packages.ts';
import { createSpanTable, inMicroseconds } from './span-table.ts';

const skip = reasonToSkip('runs the emulator of BigQuery');
if (skip) console.log(`skipped: ${skip}`);

const LOCAL = { kind: 'saved-file', name: 'f', local: true, since: null, until: null } as const;
const WINDOW = ['--since', '2026-03-02T09:50:00Z', '--until', '2026-03-02T14:00:00Z'];

/** 60 requests on each platform in 6 runs; a search on Cloud Run takes so many times as long. */
const tracesOf = (factor: number): readonly Trace[] =>
  (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).flatMap((platform, side) =>
    Array.from({ length: 60 }, (_, index) =>
      inMicroseconds(
        requestTrace({
          platform,
          run: Math.floor(index / 10),
          sequence: index % 10,
          parts: {
            search:
              (platform === 'gcp_cloud_run' ? factor : 1) *
              (3 + ((index * (7 + side * 4)) % 13) / 10),
          },
        }),
      ),
    ),
  );

const TRACES = tracesOf(3);

/** The second run of Cloud Run has two requests that failed. */
const FAILED = new Set([13, 17]);

const FIRST = TRACES[0] as Trace;

/** The trace of a request that failed, by its status alone. */
const failed = (trace: Trace): Trace => ({
  ...trace,
  spans: trace.spans.map((span) =>
    span.parentSpanId === undefined ? { ...span, status: { error: true } } : span,
  ),
});

/** Of another system, which the filter leaves out. */
const FOREIGN: Trace = {
  traceId: 'f'.repeat(32),
  projectId: 'p',
  spans: FIRST.spans.map((span) => ({
    ...span,
    traceId: 'f'.repeat(32),
    attributes: { ...span.attributes, 'service.namespace': 'other' },
  })),
};

describe('BigQuery, as an emulator that is not ours has it', { skip }, () => {
  let emulator: Emulator;
  let folder: string;
  let view: string;
  before(async () => {
    emulator = await startEmulator();
    folder = await mkdtemp(join(tmpdir(), 'big-query-'));
    // A retried export stores a span twice.
    const copies = { ...FIRST, spans: FIRST.spans.slice(0, 1) };
    view = await createSpanTable(emulator.host, 'spans', [...TRACES, copies, FOREIGN]);
  });
  after(async () => {
    await emulator?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const run = (host: string, command: string, ...args: readonly string[]) =>
    runCli([command, ...args], { env: childEnvironment({ BIGQUERY_EMULATOR_HOST: host }) });

  const compareAs = async (name: string, ...args: readonly string[]) => {
    const json = join(folder, `${name}.json`);
    const outcome = await run(emulator.host, 'compare', ...args, '--json', json);
    assert.equal(outcome.code, 0, outcome.stderr);
    return { ...outcome, comparison: JSON.parse(await readFile(json, 'utf8')) as Comparison };
  };

  test('counts every span once, by service and name, as the files do', async () => {
    const { comparison } = await compareAs('totals', '--bigquery', view, ...WINDOW);
    const counted = Map.groupBy(
      TRACES.flatMap(({ spans }) => spans),
      ({ name, attributes }) => `${attributes['service.name'] ?? ''}:${name}`,
    );
    const expected = Object.fromEntries(
      [...counted].map(([key, spans]) => [
        key,
        { spans: spans.length, roots: spans.filter((span) => !span.parentSpanId).length },
      ]),
    );
    const totals = (comparison.totals ?? []) as readonly Total[];
    assert.deepEqual(
      Object.fromEntries(
        totals.map(({ service, name, spans, roots }) => [`${service}:${name}`, { spans, roots }]),
      ),
      expected,
    );
    assert.equal(
      totals.reduce((sum, { orphans }) => sum + orphans, 0),
      0,
    );
  });

  for (const [name, factor, verdict] of [
    ['equal', 1, 'no-difference-seen'],
    ['shifted', 1.3, 'b-faster'],
  ] as const) {
    test(`gives every figure that the same traces give from a file: ${name}`, async () => {
      const traces = tracesOf(factor);
      const file = join(folder, `${name}.ndjson`);
      await writeFile(file, renderTraceFile(LOCAL, traces));
      const linked = await createSpanTable(emulator.host, name, traces);
      const { overall, hops } = (await compareAs(`${name}-file`, '--from', file)).comparison;
      const args = [
        '--bigquery',
        linked,
        ...WINDOW,
        '--save',
        join(folder, `${name}-saved.ndjson`),
      ];
      const ofBigQuery = (await compareAs(`${name}-big-query`, ...args)).comparison;
      assert.equal(overall.verdict, verdict);
      assert.deepEqual(ofBigQuery.overall, overall);
      assert.deepEqual(ofBigQuery.hops, hops);
    });
  }

  test('gives the verdict and every figure that the same traces give from a file', async () => {
    const file = join(folder, 'traces.ndjson');
    await writeFile(file, renderTraceFile(LOCAL, TRACES));
    const ofFile = (await compareAs('file', '--from', file)).comparison;
    const ofBigQuery = (await compareAs('big-query', '--bigquery', view, ...WINDOW)).comparison;
    const figures = ({ overall, hops, cohorts, requested, failures }: Comparison) => {
      const { a, b } = cohorts;
      return { overall, hops, traces: [a.traces, a.whole, b.traces, b.whole], requested, failures };
    };
    assert.equal(ofFile.overall.verdict, 'b-faster');
    assert.deepEqual(figures(ofBigQuery), figures(ofFile));
    assert.deepEqual(
      ofBigQuery.deviations.map(({ kind, count }) => [kind, count]),
      [['duplicate-span', 1]],
    );
    assert.ok(ofBigQuery.exemplars.a.median !== null, 'the traces to draw are found again');
  });

  test('reads the same minutes of both cohorts where it may not read all, and says so', async () => {
    const args = ['--bigquery', view, ...WINDOW, '--max-traces', '60'];
    const { comparison } = await compareAs('sample', ...args);
    const { a, b } = comparison.cohorts;
    assert.ok(a.traces > 0 && a.traces < 60, `${a.traces} traces`);
    assert.equal(a.traces, b.traces);
    assert.match(
      comparison.warnings.find(({ id }) => id === 'sample')?.finding ?? '',
      /^of 120 traces those that began in \d+ of 250 minutes, .* chosen by --seed 1/,
    );
    const spans = comparison.totals?.reduce((sum, total) => sum + total.spans, 0);
    assert.equal(spans, TRACES.flatMap((trace) => trace.spans).length);
  });

  test('finds what failed outside of the minutes that are read', async () => {
    const traces = TRACES.map((trace, index) => (FAILED.has(index) ? failed(trace) : trace));
    const linked = await createSpanTable(emulator.host, 'failed', traces);
    // The second run is in none of the three minutes.
    const window = ['--since', '2026-03-02T10:00:00Z', '--until', '2026-03-02T10:06:00Z'];
    const args = ['--bigquery', linked, ...window, '--max-runs', '3', '--seed', '1'];
    const { comparison } = await compareAs('failed', ...args);
    assert.equal(comparison.sample?.slices, 3);
    assert.deepEqual([comparison.cohorts.a.traces, comparison.cohorts.b.traces], [30, 30]);
    assert.deepEqual([comparison.cohorts.a.errors, comparison.cohorts.b.errors], [2, 0]);
    assert.match(comparison.sample?.text ?? '', /Requests that failed are those of the complete/);
  });

  test('doctor reads them too, and a trace by its id', async () => {
    const { traceId } = FIRST;
    const all = await run(emulator.host, 'doctor', '--bigquery', view, ...WINDOW, '--json');
    assert.equal(JSON.parse(all.stdout).traces, TRACES.length, all.stderr);
    const args = ['--bigquery', view, ...WINDOW, '--trace', traceId, '--json'];
    const one = await run(emulator.host, 'doctor', ...args);
    assert.equal(JSON.parse(one.stdout).traces, 1, one.stderr);
  });

  test('reads more than 100,000 spans page by page', async (t) => {
    const front = await startFront(emulator.host, () => null);
    t.after(() => front.close());
    const many = await createSpanTable(emulator.host, 'many', requestTraces(100_000));
    const json = join(folder, 'many.json');
    const window = ['--since', '2026-03-02T09:00:00Z', '--until', '2026-03-03T00:00:00Z'];
    const args = ['--bigquery', many, ...window, '--json', json];
    const { code, stderr } = await run(front.host, 'compare', ...args);
    assert.equal(code, 0, stderr);
    const { totals = [], cohorts } = JSON.parse(await readFile(json, 'utf8')) as Comparison;
    assert.ok(totals.reduce((sum, { spans }) => sum + spans, 0) >= 100_000);
    assert.equal(cohorts.a.traces + cohorts.b.traces, 2 * Math.ceil(100_000 / 22));
    const pages = front.calls.filter(({ path }) => path.includes('pageToken='));
    assert.ok(pages.length >= 9, `${pages.length} more pages`);
  });

  const dryRun = (body: string): boolean => body.includes('"dryRun":true');

  test('says what it reads and costs before, and refuses above --max-bytes', async (t) => {
    const front = await startFront(emulator.host, ({ body }, real) => {
      if (!dryRun(body)) return null;
      const { statistics, ...rest } = real.body as { statistics: object };
      const bytes = { ...statistics, totalBytesProcessed: '6000000000' };
      return { status: real.status, body: { ...rest, statistics: bytes } };
    });
    t.after(() => front.close());
    const refused = await run(front.host, 'compare', '--bigquery', view, ...WINDOW);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /the queries would read 12 GB, about \$0\.07 \(list price .*\), more than --max-bytes 10 GB; nothing was read\. .* --max-bytes 12GB/,
    );
    assert.equal(front.calls.filter(({ body }) => body !== '' && !dryRun(body)).length, 0);
    const args = ['--bigquery', view, ...WINDOW, '--max-bytes', '12GB'];
    const allowed = await run(front.host, 'compare', ...args);
    assert.equal(allowed.code, 0, allowed.stderr);
    assert.match(allowed.stderr, /BigQuery reads 12 GB, about \$0\.07/);
    const billed = front.calls.find(({ body }) => body.includes('maximumBytesBilled'));
    assert.match(billed?.body ?? '', /"maximumBytesBilled":"12000000000"/);
  });

  test('names the commands that link a dataset which is missing', async () => {
    const { code, stderr } = await run(emulator.host, 'compare', '--bigquery', 'a-project.nope');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /gcloud observability buckets datasets links create nope --bucket _Trace --dataset Spans/,
    );
  });

  test('names the role that lets somebody run queries', async (t) => {
    const said =
      'Access Denied: Project a-project: User does not have bigquery.jobs.create permission in ' +
      'project a-project.';
    const front = await startFront(emulator.host, () => refusal(403, 'accessDenied', said));
    t.after(() => front.close());
    const { code, stderr } = await run(front.host, 'compare', '--bigquery', view);
    assert.equal(code, 1);
    assert.match(stderr, /add-iam-policy-binding a-project .* --role roles\/bigquery\.jobUser/);
  });

  test('cancels the query that runs when it is interrupted', async (t) => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const front = await startFront(emulator.host, ({ method, path }, real) => {
      if (method !== 'GET' || !path.includes('/queries/')) return null;
      resolve();
      return { status: 200, body: { ...(real.body as object), jobComplete: false, rows: [] } };
    });
    t.after(() => front.close());
    const args = [`${ROOT}/tools/cli/main.ts`, 'compare', '--bigquery', view, ...WINDOW];
    const env = childEnvironment({ BIGQUERY_EMULATOR_HOST: front.host });
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'ignore' });
    t.after(() => child.kill('SIGKILL'));
    await asked;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    assert.deepEqual(await ended, [1, null]);
    const cancelled = front.calls.filter(({ path }) => path.includes('/cancel'));
    assert.equal(cancelled.length, 1);
  });
});

test('--explain prints the statements with their parameters, and asks nothing', async () => {
  const args = ['--bigquery', 'a-project.spans', ...WINDOW, '--explain'];
  const { code, stdout } = await runCli(['compare', ...args]);
  assert.equal(code, 0);
  assert.match(stdout, /^-- totals\n-- @since = "2026-03-02T09:50:00\.000Z"\n/);
  assert.match(stdout, /FROM `a-project\.spans\._AllSpans`/);
  assert.match(stdout, /-- @label_value_0 = "shakesapp"/);
});

test('--explain with --json prints the statements and their parameters as JSON', async () => {
  const args = ['--bigquery', 'a-project.spans', ...WINDOW, '--explain', '--json'];
  const { code, stdout } = await runCli(['doctor', ...args]);
  assert.equal(code, 0);
  const { totals, spans } = JSON.parse(stdout);
  assert.match(totals.statement, /APPROX_QUANTILES/);
  assert.equal(spans.parameters.since, '2026-03-02T09:50:00.000Z');
});

test('without credentials or a network, one line says how to go on', async () => {
  const nowhere = join(tmpdir(), 'no-such-folder');
  const env = childEnvironment({
    ...{ CLOUDSDK_CONFIG: nowhere, HOME: nowhere, GOOGLE_APPLICATION_CREDENTIALS: undefined },
  });
  const { code, stderr } = await runCli(['compare', '--bigquery', 'a-project.spans'], { env });
  assert.equal(code, 1);
  assert.match(stderr, /fix: gcloud auth|check the network/);
  assert.doesNotMatch(stderr, /MetadataLookupWarning|\n./);
});
