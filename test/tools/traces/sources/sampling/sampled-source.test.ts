import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Comparison } from '../../../../../tools/compare/result/comparison.ts';
import type { Trace } from '../../../../../tools/traces/model.ts';
import { inSample, startOf } from '../../../../../tools/traces/sources/sampling/sample.ts';
import {
  budgetAsked,
  FILE_BUDGET,
} from '../../../../../tools/traces/sources/sampling/sample-options.ts';
import { sampleFiles } from '../../../../../tools/traces/sources/sampling/sampled-source.ts';
import { renderTraceFile } from '../../../../../tools/traces/sources/trace-lines.ts';
import { runCli } from '../../../cli/run-cli.ts';
import { requestTrace } from '../../request-trace.ts';
import { toArray } from '../to-array.ts';

const SIGNAL = new AbortController().signal;
const LOCAL = { kind: 'saved-file', name: 'f', local: true, since: null, until: null } as const;

/** Runs of ten requests on both platforms, one a minute; request 3 of run 7 fails on Cloud Run. */
const traces = (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).flatMap((platform) =>
  Array.from({ length: 1_200 }, (_, index) => {
    const fails = platform === 'gcp_cloud_run' && index === 73;
    return requestTrace({
      ...{ platform, run: Math.floor(index / 10), sequence: index % 10 },
      parts: { search: 3 + ((index * 7) % 13) / 10 },
      ...(fails && { rootAttributes: { 'error.type': 'Unavailable' } }),
    });
  }),
);

const runsOf = (runs: number) => budgetAsked({ runs }) ?? FILE_BUDGET;

const sourceOf = (all: readonly Trace[]) => ({
  describe: () => LOCAL,
  readAtMs: () => null,
  async *read() {
    yield* all;
  },
  find: async () => [],
  truncated: () => null,
  deviations: () => [],
});

async function readSample(mostRuns: number, seed = 1) {
  const source = sampleFiles(sourceOf(traces), { budget: runsOf(mostRuns), seed });
  const read = await toArray(source.read(SIGNAL));
  return { read, sample: source.sample?.() ?? null };
}

test('as many minutes are read as --max-runs says, and complete runs of both platforms', async () => {
  const { read, sample } = await readSample(20);
  assert.ok(sample !== null);
  assert.equal(sample.read.length, 20);
  assert.equal(sample.traces, traces.length);
  const isRead = inSample(sample);
  assert.equal(read.filter((trace) => isRead(startOf(trace))).length, 20 * 2 * 10);
});

test('a request that failed is read, whichever minutes are', async () => {
  for (const seed of [1, 2, 3]) {
    const { read } = await readSample(5, seed);
    const failed = read.filter(({ spans }) => spans[0]?.attributes['error.type'] !== undefined);
    assert.equal(failed.length, 1);
  }
});

test('everything is read where there are no more minutes', async () => {
  const { read, sample } = await readSample(120);
  assert.equal(sample, null);
  assert.equal(read.length, traces.length);
  assert.equal((await readSample(119)).sample?.read.length, 119);
});

test('hours without a trace are no part of the window', async () => {
  const dayMs = 24 * 3_600_000;
  const later = requestTrace({ traceId: 'c'.repeat(32) });
  const spans = later.spans.map((span) => ({
    ...span,
    ...{ startMs: span.startMs + dayMs, endMs: span.endMs + dayMs },
  }));
  const source = sampleFiles(sourceOf([...traces, { ...later, spans }]), {
    ...{ budget: runsOf(9), seed: 1 },
  });
  const read = await toArray(source.read(SIGNAL));
  assert.ok(read.some(({ traceId }) => traceId === 'c'.repeat(32)));
  assert.equal(source.sample?.()?.strata.flat().length, 121);
});

const UNLIMITED = { ...FILE_BUDGET, traces: Infinity, bytes: Infinity };

/** As many traces of a file as its lines say. */
async function readWithin(
  budget: Partial<typeof FILE_BUDGET>,
  some: readonly Trace[] = traces,
  bytes = 0,
) {
  let reads = 0;
  const from = sourceOf(some);
  const source = sampleFiles(
    {
      ...from,
      read() {
        reads += 1;
        return from.read();
      },
      size: async () => ({ traces: some.length, bytes }),
    },
    { budget: { ...UNLIMITED, ...budget }, seed: 1 },
  );
  const read = await toArray(source.read(SIGNAL));
  return { read, reads, sample: source.sample?.() ?? null };
}

test('files within the budget are read once, and completely', async () => {
  const { read, reads, sample } = await readWithin({ traces: traces.length });
  assert.deepEqual([read.length, reads, sample], [traces.length, 1, null]);
});

test('of files with more traces than the budget, minutes for so many are read', async () => {
  const { read, sample } = await readWithin({ traces: 610 });
  assert.deepEqual([sample?.read.length, sample?.sliceMs], [30, 60_000]);
  assert.equal(sample?.traces, traces.length);
  assert.equal(read.length, 30 * 20 + 1);
});

test('of files with more bytes than the budget, minutes for so many are read', async () => {
  const { sample } = await readWithin({ bytes: 1.01e6 }, traces, 4e6);
  assert.equal(sample?.read.length, 30);
});

test('slices are shorter than a minute where few minutes would fit', async () => {
  const minute = traces.slice(0, 10).flatMap((trace) =>
    Array.from({ length: 59 }, (_, second) => ({
      ...trace,
      spans: trace.spans.map((span) => ({
        ...span,
        ...{ startMs: span.startMs + second * 1_000, endMs: span.endMs + second * 1_000 },
      })),
    })),
  );
  const { read, sample } = await readWithin({ traces: 200 }, minute);
  assert.ok((sample?.sliceMs ?? 0) <= 1_000);
  assert.ok((sample?.read.length ?? 0) >= 20);
  assert.ok(read.length <= 200 && read.length > 100, `${read.length}`);
});

test('of more failures than the budget the first are read, and the sample says so', async () => {
  const failing = traces.map((trace) => ({
    ...trace,
    spans: trace.spans.map((span) => ({ ...span, status: { error: true } })),
  }));
  const { read, sample } = await readWithin({ traces: 600, outside: 50 }, failing);
  assert.equal(sample?.failures, 'part');
  assert.equal(read.length, (sample?.read.length ?? 0) * 20 + 50);
  assert.equal((await readWithin({ traces: 600, outside: 5_000 }, failing)).read.length, 2_400);
});

test('what deviates is that of all traces, whichever are read', async () => {
  let reads = 0;
  const from = sourceOf(traces);
  const example = { file: null, line: null, traceId: null, spanId: null, value: null };
  const source = sampleFiles(
    {
      ...from,
      read() {
        reads += 1;
        return from.read();
      },
      deviations: () => [{ kind: 'duplicate-span', count: 3 - reads, example }],
    },
    { budget: runsOf(5), seed: 1 },
  );
  await toArray(source.read(SIGNAL));
  assert.equal(source.deviations()[0]?.count, 2);
});

async function compareFile(t: TestContext, ...flags: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'sampled-source-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [file, json, saved, html] = ['t.ndjson', 'c.json', 's.ndjson', 'c.html'].map((name) =>
    join(folder, name),
  );
  await writeFile(file ?? '', renderTraceFile(LOCAL, traces));
  const args = ['compare', '--from', file ?? '', '--json', json ?? '', '--save', saved ?? ''];
  args.push('--html', html ?? '');
  const { code, stdout, stderr } = await runCli([...args, ...flags]);
  assert.equal(code, 0, stderr);
  const comparison: Comparison = JSON.parse(await readFile(json ?? '', 'utf8'));
  const written = await Promise.all([saved, html].map((path) => readFile(path ?? '', 'utf8')));
  return {
    comparison,
    stdout,
    saved: written[0] ?? '',
    page: written[1] ?? '',
    savedFile: saved ?? '',
  };
}

test('compare --max-runs reports the sample, the numbers of the window and what failed', async (t) => {
  const { comparison, stdout, saved, page } = await compareFile(
    t,
    '--max-runs',
    '40',
    '--seed',
    '5',
  );
  const { a, b } = comparison.cohorts;
  assert.deepEqual([a.traces, b.traces, a.errors, b.errors], [400, 400, 1, 0]);
  assert.deepEqual(
    [a.estimatedRequests, b.estimatedRequests].map((one) => one?.estimate),
    [1_200, 1_200],
  );
  assert.equal(comparison.overall.runs.a, 40);
  assert.ok(Math.abs((a.rates.error ?? 0) - 1 / 1_200) < 1e-9);
  assert.match(stdout, /requests traced +400 of about 1200/);
  assert.match(stdout, /a sample was read: of 2400 traces those that began in 40 of 120 minutes/);
  assert.match(page, /Requests traced<\/th><td>400 of about 1200<\/td>/);
  assert.match(stdout, /add --max-runs all/);
  assert.equal(saved.match(/"outside":true/g)?.length ?? 0, 1);
});

test('a saved sample that is read again gives the same result', async (t) => {
  const first = await compareFile(t, '--max-runs', '40', '--seed', '5');
  const { code, stdout, stderr } = await runCli(['compare', '--from', first.savedFile, '--json']);
  assert.equal(code, 0, stderr);
  const again: Comparison = JSON.parse(stdout);
  const { source: _, warnings, ...rest } = first.comparison;
  const { source: __, warnings: warningsAgain, ...restAgain } = again;
  assert.deepEqual(restAgain, rest);
  const findings = (some: typeof warnings) => some.map(({ finding }) => finding);
  assert.deepEqual(findings(warningsAgain), findings(warnings));
  const sampled = await runCli(['compare', '--from', first.savedFile, '--max-runs', '9']);
  assert.equal(sampled.code, 2);
  assert.match(sampled.stderr, /cannot sample a saved sample; leave them out/);
});

test('--max-runs all and --max-bytes all read everything, a number of bytes a sample', async (t) => {
  for (const flag of ['--max-runs', '--max-bytes']) {
    const { comparison } = await compareFile(t, flag, 'all');
    assert.equal(comparison.sample, undefined);
    assert.equal(comparison.cohorts.a.traces, 1_200);
  }
  const { comparison } = await compareFile(t, '--max-bytes', '3MB');
  assert.equal(comparison.sample?.of, 120);
  assert.ok((comparison.sample?.slices ?? 0) < 120);
});
