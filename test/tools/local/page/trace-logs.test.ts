import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../../../tools/local/log-book.ts';
import { renderTrace } from '../../../../tools/local/page/drawn-trace.ts';
import { renderBeside } from '../../../../tools/local/page/side-by-side.ts';
import { createRequestTrace, spanId } from '../example-traces.ts';

const trace = createRequestTrace({ platform: 'gcp_kubernetes_engine' });
const startMs = Math.min(...trace.spans.map((span) => span.startMs));

const entry = (span: string, message: string, more: Record<string, unknown> = {}): Entry => ({
  platform: 'gke',
  program: 'server',
  instanceId: 'i',
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
