import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoadSummary } from '../../../functions/loadgen/contract.ts';
import { ATTR, SPAN, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import { CLOUD_RUN as COHORT, GKE } from '../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../tools/compare/compare.ts';
import { darkPrograms, lackingAt } from '../../../tools/local/instrument.ts';
import { summarisePlatform } from '../../../tools/local/platform-summary.ts';
import type { ProcessReport } from '../../../tools/local/platforms/platform.ts';
import { renderTotals } from '../../../tools/local/render-totals.ts';
import { faultsOf } from '../../../tools/local/results.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { createRequestTrace, spanId } from './example-traces.ts';

const SUMMARY = { ok: 1, mismatched: 0, failed: 0, dropped: 0 } as LoadSummary;
const CLOUD_RUN = { platform: 'gcp_cloud_run' } as const;

function report(started: number): ProcessReport {
  return {
    program: 'server',
    instanceId: 'i',
    pid: 1,
    exitCode: 0,
    signal: null,
    spans: { started, ended: started, stored: started, lost: 0 },
  };
}

function summarise(traces: readonly Trace[], changes: { reports?: ProcessReport[] } = {}) {
  return summarisePlatform({
    platform: 'cloud_run',
    requests: 1,
    summaries: [SUMMARY],
    reports: changes.reports ?? [report(8)],
    traces,
  }).result;
}

describe('summarisePlatform', () => {
  it('finds no fault in a complete trace whose spans are all accounted for', () => {
    const result = summarise([createRequestTrace(CLOUD_RUN)]);
    assert.deepEqual(faultsOf(result), []);
    assert.equal(result.wholeTraces, 1);
    assert.equal(result.spansStored, 8);
    assert.equal(result.trace?.spans.length, 8);
    assert.equal(result.latencyMs?.p50, 100);
  });

  it('finds no fault in a trace that has what its level makes, nor in a program without an SDK', () => {
    const { spans: _, ...withoutReport } = report(0);
    const shortened = createRequestTrace({
      ...CLOUD_RUN,
      change: (span, index) => (index < 4 ? span : null),
    });
    const run: Parameters<typeof summarisePlatform>[0] = {
      platform: 'cloud_run',
      requests: 1,
      summaries: [SUMMARY],
      reports: [report(4), withoutReport],
      traces: [shortened],
    };
    const { result, broken } = summarisePlatform({
      ...run,
      lacking: lackingAt('http'),
      dark: darkPrograms('http'),
    });
    assert.deepEqual(faultsOf(result), []);
    assert.equal(broken, null);
    assert.equal(faultsOf(summarisePlatform(run).result).length, 2);
  });

  it('counts no request as warm where client makes no spans', () => {
    const { spans: _, ...withoutReport } = report(0);
    const { result } = summarisePlatform({
      platform: 'cloud_run',
      requests: 1,
      summaries: [SUMMARY],
      reports: [report(1), withoutReport],
      traces: [
        createRequestTrace({ ...CLOUD_RUN, change: (span, index) => (index === 0 ? span : null) }),
      ],
      lacking: lackingAt('loadgen'),
      dark: darkPrograms('loadgen'),
    });
    assert.equal(result.warmLatencyMs, null);
    assert.equal(result.latencyMs?.p50, 100);
    const totals = renderTotals([['cloud_run', result]], 'loadgen');
    assert.doesNotMatch(totals, /warm|cold/);
    assert.match(totals, /\np50, p95 +100 ms, 100 ms\n/);
  });

  it('finds no fault in requests without a trace where nothing is instrumented', () => {
    const result = summarise([], { reports: [report(0)] });
    assert.deepEqual(faultsOf(result, false), []);
    assert.deepEqual(faultsOf(result), ['0 traces for 1 request']);
  });

  it('leaves out the traces of the other platform', () => {
    const other = createRequestTrace({
      platform: 'gcp_kubernetes_engine',
      traceId: 'b'.repeat(32),
    });
    assert.equal(summarise([createRequestTrace(CLOUD_RUN), other]).traces, 1);
  });

  it('adds the late start to the latency', () => {
    const late = createRequestTrace({
      ...CLOUD_RUN,
      change: (span, index) =>
        index === 0
          ? { ...span, attributes: { ...span.attributes, [ATTR.startDelayUs]: '7000' } }
          : span,
    });
    assert.equal(summarise([late]).latencyMs?.p50, 107);
  });

  it('sets cold requests apart in the latency and leaves failed ones out', () => {
    const of = (traceId: string, attributes: Record<string, string>, endMs = 0) =>
      createRequestTrace({
        ...CLOUD_RUN,
        traceId: traceId.repeat(32),
        change: (span, index) =>
          index === 0
            ? {
                ...span,
                endMs: span.endMs + endMs,
                attributes: { ...span.attributes, ...attributes },
              }
            : span,
      });
    const traces = [
      of('1', {}),
      of('2', { [ATTR.coldStart]: 'true' }, 400),
      of('3', { [ATTR.errorType]: 'unavailable' }, 9_000),
    ];
    const { latencyMs, warmLatencyMs } = summarise(traces);
    assert.deepEqual([warmLatencyMs?.p50, warmLatencyMs?.p99], [100, 100]);
    assert.deepEqual([latencyMs?.p50, Math.round(latencyMs?.p99 ?? 0)], [300, 496]);
    assert.equal(summarise([of('3', { [ATTR.errorType]: 'unavailable' })]).latencyMs, null);
  });

  it('reports a span that was started and is not stored as lost', () => {
    const result = summarise([createRequestTrace(CLOUD_RUN)], { reports: [report(9)] });
    assert.equal(result.spansLost, 1);
    assert.deepEqual(faultsOf(result), ['1 of 9 spans lost']);
  });

  it('reports requests that were shed, for which no trace is expected', () => {
    const { result } = summarisePlatform({
      platform: 'cloud_run',
      requests: 2,
      summaries: [{ ...SUMMARY, ok: 2, shed: 1 }],
      reports: [report(8)],
      traces: [createRequestTrace(CLOUD_RUN)],
    });
    assert.deepEqual(faultsOf(result), ['1 request shed under pressure of the trace backend']);
    assert.match(renderTotals([['cloud_run', result]]), /shed, no trace +1\n/);
  });

  it('shows no row for shed requests where none was', () => {
    const result = summarise([createRequestTrace(CLOUD_RUN)]);
    assert.doesNotMatch(renderTotals([['cloud_run', result]]), /shed/);
  });

  it('reports a process that ended without a report on its spans', () => {
    const { spans: _, ...killed } = report(0);
    const result = summarise([createRequestTrace(CLOUD_RUN)], {
      reports: [report(8), { ...killed, exitCode: 0 }],
    });
    assert.equal(result.processesWithoutReport, 1);
    assert.equal(faultsOf(result).length, 1);
  });

  describe('with a program that replaces ours', () => {
    const replaced = (changes: Partial<ProcessReport>) => {
      const { spans: _, ...silent } = report(0);
      return summarisePlatform({
        platform: 'cloud_run',
        requests: 1,
        summaries: [SUMMARY],
        // server has three of the spans, and says nothing of them.
        reports: [
          { ...report(5), program: 'client' },
          { ...silent, ...changes },
        ],
        replaced: new Set(['server']),
        traces: [createRequestTrace(CLOUD_RUN)],
      }).result;
    };

    for (const [how, changes] of [
      ['with 0', { exitCode: 0 }],
      ['by SIGTERM', { exitCode: null, signal: 'SIGTERM' }],
      ['by SIGTERM below a shell', { exitCode: 143 }],
    ] as const) {
      it(`asks it for no report on its spans, and finds no fault where it ended ${how}`, () => {
        const result = replaced(changes);
        assert.deepEqual(faultsOf(result), []);
        assert.deepEqual([result.spansStarted, result.spansStored, result.spansLost], [5, 5, 0]);
      });
    }

    it('reports it where it ended with an error', () => {
      for (const changes of [{ exitCode: 1 }, { exitCode: null, signal: 'SIGKILL' }] as const) {
        assert.deepEqual(faultsOf(replaced(changes)), ['1 process exited with an error']);
      }
    });
  });

  it('reports a process that exited with an error', () => {
    const result = summarise([createRequestTrace(CLOUD_RUN)], {
      reports: [{ ...report(8), exitCode: 1 }],
    });
    assert.deepEqual(faultsOf(result), ['1 process exited with an error']);
  });

  it('reports an orphan span, and that its trace is incomplete', () => {
    const broken = createRequestTrace({
      ...CLOUD_RUN,
      change: (span, index) => (index === 4 ? null : span),
    });
    const result = summarise([broken], { reports: [report(7)] });
    assert.equal(result.orphanSpans, 1);
    assert.equal(result.wholeTraces, 0);
    assert.equal(result.trace, null);
  });

  it('says which orphan spans are not of requests but of the calls of the schedule', () => {
    const call = createRequestTrace({
      ...CLOUD_RUN,
      traceId: 'c'.repeat(32),
      // The server span of loadgen, whose caller stored none.
      change: (span, index) =>
        index === 0
          ? { ...span, parentSpanId: 'f'.repeat(16), kind: 'server', name: 'POST /' }
          : null,
    });
    const both = summarise([createRequestTrace(CLOUD_RUN), call]);
    assert.deepEqual([both.orphanSpans, both.invocationOrphanSpans], [1, 1]);
    const rows = /^orphan spans +1\n {2}of the schedule's calls +1\n/m;
    assert.match(renderTotals([['cloud_run', both]]), rows);
    const alone = summarise([createRequestTrace(CLOUD_RUN)]);
    assert.equal(alone.invocationOrphanSpans, undefined);
    assert.doesNotMatch(renderTotals([['cloud_run', alone]]), /schedule/);
  });

  it('returns the first incomplete trace, with what it lacks', () => {
    const { broken } = summarisePlatform({
      platform: 'cloud_run',
      requests: 3,
      summaries: [],
      reports: [],
      traces: ['c', 'b', 'a'].map((digit) =>
        createRequestTrace({
          ...CLOUD_RUN,
          traceId: digit.repeat(32),
          change: (span, index) => {
            if (digit !== 'c' && index === 4) return null;
            const laterMs = digit === 'b' ? 7 : 0;
            return { ...span, startMs: span.startMs + laterMs, endMs: span.endMs + laterMs };
          },
        }),
      ),
    });
    assert.equal(broken?.waterfall.traceId, 'a'.repeat(32));
    assert.deepEqual(broken?.lacks, [
      'client → gRPC client span',
      `parent ${spanId(4)} of server:${SPAN.rpc}`,
    ]);
  });

  it('names query, count and expected count of wrong answers, each once', () => {
    const wrong = (digit: string, query: string) =>
      createRequestTrace({
        ...CLOUD_RUN,
        traceId: digit.repeat(32),
        change: (span, index) => {
          const told = { [ATTR.query]: query, [ATTR.matchCount]: '3', [ATTR.expectedCount]: '4' };
          const error = { [ATTR.errorType]: UNEXPECTED_RESULT };
          const attributes = { ...span.attributes, ...told, ...error };
          return index === 0 ? { ...span, attributes } : span;
        },
      });
    const { result } = summarisePlatform({
      platform: 'cloud_run',
      requests: 3,
      summaries: [{ ...SUMMARY, ok: 0, mismatched: 3 }],
      reports: [],
      traces: [wrong('a', 'love'), wrong('b', 'world'), wrong('c', 'world')],
    });
    assert.deepEqual(result.wrongCounts, [
      { query: 'world', count: '3', expected: '4', requests: 2 },
      { query: 'love', count: '3', expected: '4', requests: 1 },
    ]);
    assert.ok(
      faultsOf(result).includes(
        '3 wrong counts; the count of "world" is 3, expected 4 (2); ' +
          'the count of "love" is 3, expected 4 (1)',
      ),
    );
  });

  it('counts cold and warm as the comparison does where a trace is incomplete', () => {
    const broken = createRequestTrace({
      ...CLOUD_RUN,
      traceId: 'b'.repeat(32),
      change: (span, index) => (index === 4 ? null : span),
    });
    const traces = [createRequestTrace(CLOUD_RUN), broken];
    const result = summarise(traces);
    const cohorts = { a: COHORT, b: GKE };
    const { a } = compareTraces(traces, { cohorts, name: 'p', local: true }).cohorts;
    assert.deepEqual(
      [result.coldTraces, result.wholeTraces, result.warmLatencyMs?.p50],
      [a.cold, a.whole, a.latency.warm?.p50Ms],
    );
    const totals = renderTotals([['cloud_run', result]]);
    assert.match(totals, /cold requests +at least 0\n/);
    assert.match(totals, /p50, p95, warm +100 ms, 100 ms\n/);
  });

  it('counts as cold what the comparison does: the first of an instance, and what waited for it', () => {
    const traces = [0, 50, 500].map((laterMs, place) =>
      createRequestTrace({
        ...CLOUD_RUN,
        traceId: String(place).repeat(32),
        change: (span, index) => {
          const first = place === 0 && index === 2 ? { [ATTR.coldStart]: 'true' } : {};
          return {
            ...span,
            startMs: span.startMs + laterMs,
            endMs: span.endMs + laterMs,
            attributes: { ...span.attributes, 'faas.instance': 'one', ...first },
          };
        },
      }),
    );
    const cohorts = { a: COHORT, b: GKE };
    const { cold } = compareTraces(traces, { cohorts, name: 'p', local: true }).cohorts.a;
    assert.equal(cold, 2);
    const result = summarise(traces);
    assert.equal(result.coldTraces, cold);
    assert.equal(result.trace?.traceId, '2'.repeat(32));
    const { waterfall } = summarisePlatform({
      platform: 'cloud_run',
      requests: 2,
      summaries: [],
      reports: [],
      traces: traces.slice(0, 2),
    });
    assert.equal(waterfall?.traceId, '1'.repeat(32));
    assert.equal(waterfall?.cold, true, 'the one that waited is not called warm');
  });

  it('says what the median trace lacks that nobody asked for', () => {
    const withoutCall = createRequestTrace({
      ...CLOUD_RUN,
      change: (span, index) => (index < 4 ? span : null),
    });
    const { result, unmade } = summarisePlatform({
      platform: 'cloud_run',
      requests: 1,
      summaries: [],
      reports: [],
      traces: [withoutCall],
      lacking: () => [],
    });
    assert.equal(result.wholeTraces, 1);
    assert.deepEqual(unmade, ['client → gRPC client span']);
  });

  it('counts a span of a health check', () => {
    const probed = createRequestTrace({
      ...CLOUD_RUN,
      change: (span, index) =>
        index === 7 ? { ...span, attributes: { ...span.attributes, 'url.path': '/health' } } : span,
    });
    assert.equal(summarise([probed]).healthSpans, 1);
  });

  it('keeps the spans of a front end out of the counts of the programs', () => {
    const trace = createRequestTrace(CLOUD_RUN);
    const frontEndId = 'f'.repeat(16);
    const spans = trace.spans.map((span, index) =>
      index === 2
        ? { ...span, attributes: { ...span.attributes, [ATTR.frontEndSpanId]: frontEndId } }
        : span,
    );
    const own = { ...spans[2], spanId: frontEndId, name: '/', attributes: {} } as Trace['spans'][0];
    const result = summarise([{ ...trace, spans: [...spans, own] }]);
    assert.equal(result.frontEndSpans, 1);
    assert.equal(result.spansStored, 8);
    assert.deepEqual(faultsOf(result), []);
  });

  it('sees a missing request, a wrong count and a dropped request in the summaries', () => {
    const { result } = summarisePlatform({
      platform: 'cloud_run',
      requests: 3,
      summaries: [{ ...SUMMARY, mismatched: 1, dropped: 1 }],
      reports: [report(8)],
      traces: [createRequestTrace(CLOUD_RUN)],
    });
    assert.deepEqual(faultsOf(result), [
      '2 of 3 requests without success',
      '1 wrong count',
      '1 trace for 3 requests',
    ]);
  });
});
