import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ATTR, SPAN } from '../../lib/telemetry/names.ts';
import { madeBy } from '../../tools/compare/html/made-by.ts';
import { diagnose } from '../../tools/doctor/diagnose.ts';
import type { PlatformResult, TraceResult } from '../../tools/local/results.ts';
import type { Trace } from '../../tools/traces/model.ts';
import { requestsOf } from '../../tools/traces/normalise.ts';
import { createWaterfall } from '../../tools/traces/waterfall.ts';
import { runOnce } from './run-system.ts';

const PLATFORMS = ['cloud_run', 'gke'] as const;

function assertComplete(result: PlatformResult | undefined, requests: number): void {
  assert.ok(result);
  const { ok, mismatched, failed, dropped, traces, wholeTraces, orphanSpans, healthSpans } = result;
  assert.deepEqual(
    { ok, mismatched, failed, dropped, traces, wholeTraces, orphanSpans, healthSpans },
    {
      ok: requests,
      mismatched: 0,
      failed: 0,
      dropped: 0,
      traces: requests,
      wholeTraces: requests,
      orphanSpans: 0,
      healthSpans: 0,
    },
  );
  assert.equal(result.spansLost, 0);
  assert.equal(result.spansStored, result.spansStarted);
  assert.equal(result.processesWithoutReport, 0);
}

/** Each span as service:name below its parent, so that a tree can be read and compared. */
function edges(trace: TraceResult | null | undefined): string[] {
  assert.ok(trace);
  const byId = new Map(trace.spans.map((span) => [span.id, span]));
  return trace.spans.map(({ parent, service, name }) => {
    const above = parent === null ? undefined : byId.get(parent);
    return `${above ? `${above.service}:${above.name}` : '-'} > ${service}:${name}`;
  });
}

function withoutObjectReads(trace: TraceResult | null | undefined): string[] {
  return edges(trace).filter((edge) => edge !== OBJECT_READ);
}

/** A file of --save: its head, a trace a line, its end. */
function readSaved(text: string): { traces: Trace[] } {
  const lines = text.trimEnd().split('\n').slice(1, -1);
  return { traces: lines.map((line) => JSON.parse(line)) };
}

const OBJECT_READ = `server:${SPAN.worksRead} > server:GET`;

/**
 * The request's own spans, without the front end's and the reading of objects: on a busy machine
 * every request of a short burst waits for the first load, and each of those traces shows it.
 */
const CHAIN = [
  `- > loadgen:${SPAN.loadgen}`,
  'loadgen:loadgen > loadgen:GET',
  'loadgen:GET > client:GET /',
  'client:GET / > client:client',
  `client:client > client:${SPAN.rpc}`,
  `client:${SPAN.rpc} > server:${SPAN.rpc}`,
  `server:${SPAN.rpc} > server:${SPAN.worksRead}`,
  `server:${SPAN.rpc} > server:${SPAN.worksSearch}`,
];

describe('npm start -- --once', () => {
  it('makes one complete trace of every request on both platforms and compares them', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'saved-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const saved = join(folder, 'traces.ndjson');
    const { results, stdout, stderr } = await runOnce(t, [
      '--requests',
      '20',
      '--front-end-spans',
      'never',
      '--save',
      saved,
    ]);
    for (const platform of PLATFORMS) {
      const result = results.platforms[platform];
      assertComplete(result, 20);
      assert.ok((result?.coldTraces ?? 0) >= 1, `${platform} marks no cold start`);
      assert.ok(result?.latencyMs && result.latencyMs.p50 <= result.latencyMs.p99);
      assert.deepEqual(withoutObjectReads(result?.trace), CHAIN);
      const root = result?.trace?.spans[0];
      assert.deepEqual(
        root?.events.map(({ name }) => name),
        ['request_start', 'request_end'],
      );
    }
    assert.equal(results.comparison?.cohorts.a.traces, 20);
    assert.equal(results.comparison?.cohorts.b.traces, 20);
    assert.match(stdout, /Every trace is complete/);
    assert.ok(stderr.includes(`wrote ${saved} (`), stderr);
    assert.match(stderr, /wrote \S+out\.json \(/);
    assert.match(stdout, /local/);
    const { traces } = readSaved(await readFile(saved, 'utf8'));
    assert.ok(traces.length >= 40);
    assert.deepEqual(diagnose(traces).findings, []);
    const drawn = traces
      .flatMap((trace) => requestsOf(trace))
      .flatMap((tree) => createWaterfall(tree).spans);
    for (const span of drawn) {
      assert.match(`${madeBy(span)}`, /^Made by .*<code>/, `${span.service}:${span.name}`);
    }
  });

  it('reads every object in every request with WORKS_CACHE=per-request', async (t) => {
    const { results } = await runOnce(t, ['--requests', '4', '--front-end-spans', 'never'], {
      env: { WORKS_CACHE: 'per-request' },
    });
    for (const platform of PLATFORMS) {
      const result = results.platforms[platform];
      assertComplete(result, 4);
      const reads = edges(result?.trace).filter((edge) => edge === OBJECT_READ);
      // one listing and three plays
      assert.equal(reads.length, 4);
      // assertComplete has held every trace to the reads that its works.read speaks of
      const read = result?.trace?.spans.find(({ name }) => name === SPAN.worksRead);
      assert.equal(read?.attributes[ATTR.source], 'loaded');
      assert.equal(read?.attributes[ATTR.objects], '3');
    }
  });
});

describe('npm start -- --once with one platform', () => {
  it('writes its page and figures, and says that nothing is compared', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'page-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'page.html');
    const { results, stdout } = await runOnce(t, [
      '--requests',
      '4',
      '--platforms',
      'gke',
      '--full',
      '--html',
      file,
    ]);
    assertComplete(results.platforms.gke, 4);
    assert.deepEqual(results.failures, []);
    assert.equal(results.comparison, undefined);
    assert.match(stdout, /Only GKE \(local\) ran, so nothing is compared/);
    assert.match(stdout, /COHORTS/);
    assert.match(await readFile(file, 'utf8'), /<title>/);
  });
});

describe('behind a front end that rewrites the parent', () => {
  const spans = ['always', 'real', 'never'] as const;
  for (const stored of spans) {
    it(`keeps every trace complete with its own spans stored: ${stored}`, async (t) => {
      const { results } = await runOnce(t, [
        '--requests',
        '20',
        '--platforms',
        'cloud_run',
        '--front-end-spans',
        stored,
        '--drop-sampled-flag',
      ]);
      const result = results.platforms.cloud_run;
      assertComplete(result, 20);
      const own = result?.frontEndSpans ?? 0;
      if (stored === 'never') assert.equal(own, 0);
      // one for loadgen, client and server each; the runs' own calls to loadgen come on top
      if (stored === 'always') assert.ok(own >= 40, `${own} front end spans`);
    });
  }

  it('leaves an orphan in every trace once b3 is taken out and its spans are not stored', async (t) => {
    const { results } = await runOnce(
      t,
      ['--requests', '5', '--platforms', 'cloud_run', '--front-end-spans', 'never'],
      { env: { OTEL_PROPAGATORS: 'gcp_trace,tracecontext' }, code: 1 },
    );
    const result = results.platforms.cloud_run;
    assert.equal(result?.ok, 5);
    assert.equal(result?.wholeTraces, 0);
    // neither client nor server hangs on its caller, nor loadgen on what the front end made up
    assert.equal(result?.orphanSpans, 5 * 2 + 1);
    assert.equal(result?.invocationOrphanSpans, 1);
  });
});

describe('without the front end rewriting', () => {
  for (const propagators of ['gcp_trace', 'tracecontext', 'gcp_trace,tracecontext,b3']) {
    it(`makes complete traces with OTEL_PROPAGATORS=${propagators}`, async (t) => {
      const { results } = await runOnce(t, ['--requests', '5', '--no-rewrite'], {
        env: { OTEL_PROPAGATORS: propagators },
      });
      for (const platform of PLATFORMS) assertComplete(results.platforms[platform], 5);
    });
  }
});

describe('OTEL_TRACES_EXPORTER', () => {
  for (const exporter of ['otlp', 'gcp_trace,otlp']) {
    it(`gives the same tree with ${exporter} as with gcp_trace`, async (t) => {
      const { results } = await runOnce(t, ['--requests', '5', '--front-end-spans', 'never'], {
        env: { OTEL_TRACES_EXPORTER: exporter },
      });
      for (const platform of PLATFORMS) {
        const result = results.platforms[platform];
        assertComplete(result, 5);
        assert.deepEqual(withoutObjectReads(result?.trace), CHAIN);
      }
    });
  }
});
