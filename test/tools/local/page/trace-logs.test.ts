import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOUD_RUN, GKE } from '../../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../../tools/compare/compare.ts';
import { renderHtml } from '../../../../tools/compare/html/render-html.ts';
import type { Entry } from '../../../../tools/local/log-book.ts';
import { renderTrace } from '../../../../tools/local/page/drawn-trace.ts';
import { renderBeside } from '../../../../tools/local/page/side-by-side.ts';
import { logsFrom } from '../../../../tools/local/page/trace-logs.ts';
import { createRequestTrace, failedTrace, spanId } from '../example-traces.ts';

const trace = createRequestTrace({ platform: 'gcp_kubernetes_engine' });
const startMs = Math.min(...trace.spans.map((span) => span.startMs));

const entry = (span: string, message: string, more: Record<string, unknown> = {}): Entry => ({
  platform: 'gke',
  program: 'server',
  instanceId: 'i',
  arrivedMs: 0,
  line: {
    severity: 'INFO',
    message,
    time: new Date(startMs + 42).toISOString(),
    'logging.googleapis.com/trace': `projects/p/traces/${trace.traceId}`,
    'logging.googleapis.com/spanId': span,
    ...more,
  },
});

const rowsOf = (logs: readonly Entry[]) =>
  `${renderTrace({ trace, logs })}`.split('<li class="row ').slice(1);

test('a log line stands below the span that wrote it, with its time in the trace', () => {
  const rows = rowsOf([entry(spanId(5), 'GetMatchCount', { grpcCode: 0 })]);
  const withLogs = rows.flatMap((row, index) => (row.includes('class="logs"') ? [index] : []));
  assert.deepEqual(withLogs, [5]);
  assert.match(
    rows[5] ?? '',
    /42\.0 ms<[\s\S]*INFO<[\s\S]*server: <bdi>GetMatchCount grpcCode=0<\/bdi>/,
  );
});

test('the time of a line is as fine as the times of spans', () => {
  const time = new Date(startMs + 42).toISOString().replace('Z', '640000Z');
  assert.match(rowsOf([entry(spanId(5), 'x', { time })])[5] ?? '', /42\.6 ms</);
});

test('lines whose span is not drawn follow the waterfall', () => {
  const markup = `${renderTrace({ trace, logs: [entry('f'.repeat(16), 'lost')] })}`;
  assert.match(markup, /<\/ol>[\s\S]*whose span is not drawn[\s\S]*<bdi>lost<\/bdi>/);
});

test('a span shows at most ten lines, and the rest as a number', () => {
  const many = Array.from({ length: 25 }, (_, index) => entry(spanId(5), `line ${index}`));
  const row = rowsOf(many)[5] ?? '';
  assert.equal(row.match(/server: <bdi>line /g)?.length, 10);
  assert.match(row, />15 more</);
});

test('a long or hostile line is cut and stays text', () => {
  const markup = `${renderTrace({ trace, logs: [entry(spanId(5), `<img>${'x'.repeat(9_000)}`)] })}`;
  assert.match(markup, /&lt;img&gt;x+…/);
  assert.ok(!markup.includes('x'.repeat(400)));
});

test('of two traces, each line says whose it is', () => {
  const logs = [entry(spanId(5), 'both')];
  const markup = `${renderBeside({ trace, logs }, { trace, logs, from: 'earlier.ndjson' })}`;
  assert.match(markup, /class="logs a" aria-label="Log lines, 1: GKE at /);
  assert.match(markup, /class="logs b" aria-label="Log lines, 2: GKE of earlier\.ndjson at /);
});

test('the report shows the lines below the spans of the traces that it draws', () => {
  const [one, other] = (['gcp_cloud_run', 'gcp_kubernetes_engine'] as const).map(
    (platform, index) => createRequestTrace({ platform, traceId: String(index + 1).repeat(32) }),
  );
  assert.ok(one && other);
  const failed = failedTrace({ platform: 'gcp_kubernetes_engine' });
  const comparison = compareTraces([one, other, failed], {
    cohorts: { a: CLOUD_RUN, b: GKE },
    name: 'p',
    local: true,
  });
  const lines = new Map([
    [one.traceId, [entry(spanId(5), 'of Cloud Run')]],
    [other.traceId, [entry(spanId(5), 'of GKE'), entry('f'.repeat(16), 'of no row')]],
    [failed.traceId, [entry(spanId(1), 'of the failed one')]],
  ]);
  const page = renderHtml(comparison, logsFrom({ ofTrace: (id) => lines.get(id) ?? [] }));
  const rows = page.split('<li class="row ').slice(1);
  const both = rows.filter((row) => row.includes('of Cloud Run</bdi>'));
  assert.ok(both.length > 0);
  for (const row of both) {
    assert.match(row, /class="logs a" aria-label="Log lines, Cloud Run \(local\)"/);
    assert.match(row, /class="logs b"[\s\S]*of GKE<\/bdi>/);
    assert.match(row, /<p class="made-by">/);
  }
  assert.match(page, /whose span is not drawn[\s\S]*of no row<\/bdi>/);
  assert.match(
    page,
    /<h2 id="failures">Failed requests[\s\S]*class="logs"[\s\S]*of the failed one/,
  );
  assert.doesNotMatch(renderHtml(comparison), /class="logs/);
});

test('the report of one platform draws its median request, with its lines', () => {
  const comparison = compareTraces([trace], {
    cohorts: { a: CLOUD_RUN, b: GKE },
    name: 'p',
    local: true,
  });
  const logs = logsFrom({ ofTrace: () => [entry(spanId(5), 'of GKE')] });
  const page = renderHtml(comparison, logs);
  assert.match(page, /Nothing to compare<[\s\S]*One request<[\s\S]*class="logs b"[\s\S]*of GKE</);
  assert.match(page, /Median request<[\s\S]*<p class="made-by">Made by/);
});
