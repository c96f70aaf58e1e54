import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoadSummary } from '../../../lib/load-request.ts';
import { ATTR } from '../../../lib/telemetry/names.ts';
import type { Trace } from '../../../tools/compare/model.ts';
import type { ProcessReport } from '../../../tools/local/platforms/platform.ts';
import { faultsOf, summarisePlatform } from '../../../tools/local/results.ts';
import { createRequestTrace } from './example-traces.ts';

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
  it('finds nothing wrong with a whole trace whose spans are all accounted for', () => {
    const result = summarise([createRequestTrace(CLOUD_RUN)]);
    assert.deepEqual(faultsOf(result), []);
    assert.equal(result.wholeTraces, 1);
    assert.equal(result.spansStored, 8);
    assert.equal(result.trace?.spans.length, 8);
    assert.equal(result.latencyMs?.p50, 100);
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

  it('tells a span that was started and is not stored as lost', () => {
    const result = summarise([createRequestTrace(CLOUD_RUN)], { reports: [report(9)] });
    assert.equal(result.spansLost, 1);
    assert.deepEqual(faultsOf(result), ['1 of 9 spans lost']);
  });

  it('tells a process that ended without a word about its spans', () => {
    const { spans: _, ...killed } = report(0);
    const result = summarise([createRequestTrace(CLOUD_RUN)], {
      reports: [report(8), { ...killed, exitCode: 0 }],
    });
    assert.equal(result.processesWithoutReport, 1);
    assert.equal(faultsOf(result).length, 1);
  });

  it('tells a process that did not exit with 0', () => {
    const result = summarise([createRequestTrace(CLOUD_RUN)], {
      reports: [{ ...report(8), exitCode: 1 }],
    });
    assert.deepEqual(faultsOf(result), ['1 processes did not exit with 0']);
  });

  it('tells an orphan, and a trace that is not whole for it', () => {
    const broken = createRequestTrace({
      ...CLOUD_RUN,
      change: (span, index) => (index === 4 ? null : span),
    });
    const result = summarise([broken], { reports: [report(7)] });
    assert.equal(result.orphanSpans, 1);
    assert.equal(result.wholeTraces, 0);
    assert.equal(result.trace, null);
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
      '1 wrong counts',
      '1 traces for 3 requests',
    ]);
  });
});
