import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { CLOUD_RUN, GKE } from '../../../../tools/compare/cohorts/cohort.ts';
import { compareTraces } from '../../../../tools/compare/compare.ts';
import { renderHtml } from '../../../../tools/compare/html/render-html.ts';
import { renderBrief } from '../../../../tools/compare/text/render-brief.ts';
import { renderText } from '../../../../tools/compare/text/render-text.ts';
import type { Trace } from '../../../../tools/traces/model.ts';
import { requestTrace } from '../../traces/request-trace.ts';
import { refused, timedOut } from '../failed-requests.ts';

const compare = (traces: readonly Trace[]) =>
  compareTraces(traces, { cohorts: { a: CLOUD_RUN, b: GKE }, name: 'test', local: true });

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const gke = { platform: 'gcp_kubernetes_engine' } as const;

/** 20 requests a side; on Cloud Run 7 run into a deadline, on GKE 2 are refused. */
const comparison = compare([
  ...range(20).map((sequence) =>
    sequence < 7 ? timedOut({ sequence }) : requestTrace({ sequence }),
  ),
  ...range(20).map((sequence) =>
    sequence < 2 ? refused({ sequence, ...gke }) : requestTrace({ sequence, ...gke }),
  ),
]);

test('failed requests are grouped by what the caller got and where they ended, most frequent first', () => {
  assert.deepEqual(
    comparison.failures.map(({ outcome, where, end, requests }) => [outcome, where, end, requests]),
    [
      ['status 504', 'server was still busy when client gave up', 'too-slow', { a: 7, b: 0 }],
      [
        'status 429',
        'loadgen was answered status 429, and client has no span',
        'refused-before',
        { a: 0, b: 2 },
      ],
    ],
  );
});

test('each kind has its first and last time, and one request that is drawn', () => {
  const [slow] = comparison.failures;
  assert.deepEqual(
    [slow?.since, slow?.last],
    ['2026-03-02T10:00:00.000Z', '2026-03-02T10:00:00.600Z'],
  );
  assert.equal(slow?.exemplar.cohort, 'a');
  assert.equal(slow?.exemplar.waterfall?.traceId, slow?.exemplar.traceId);
  assert.equal(slow?.newest.length, 7);
  assert.match(slow?.detail ?? '', /^client gave up after /);
});

test('work that goes on after its caller gave up is no clock skew', () => {
  const ids = comparison.warnings.map(({ id }) => id);
  assert.ok(ids.includes('errors'));
  assert.ok(!ids.includes('clock-skew'));
  assert.equal(comparison.cohorts.a.skewed, 0);
});

test('a failed request is complete as far as it got, and no latency counts it', () => {
  assert.deepEqual([comparison.cohorts.a.whole, comparison.cohorts.b.whole], [20, 20]);
  // Requests 0 to 6 failed in a, 0 and 1 in b.
  assert.equal(comparison.overall.a?.n, 13);
});

test('every text counts them, says where they ended and names a trace', () => {
  for (const text of [renderText(comparison), renderBrief(comparison)]) {
    assert.match(text, /FAILED REQUESTS: 7 of 20 in Cloud Run, 2 of 20 in GKE/);
    assert.match(
      text,
      /status 504: server was still busy when client gave up: 7 in Cloud Run, 0 in GKE\n {4}from 2026-03-02 10:00:00 to 10:00:00|at 2026-03-02 10:00:00 UTC/,
    );
    assert.ok(text.includes(comparison.failures[0]?.exemplar.traceId ?? '?'));
  }
});

test('the text draws the first failed request, at most 100 columns wide', () => {
  const text = renderText(comparison);
  assert.match(text, /A FAILED REQUEST of Cloud Run: status 504: .*\ntrace [0-9a-f]{32}: /);
  assert.ok(text.split('\n').every((line) => [...line].length <= 100));
});

test('the page lists them and draws one of each kind', () => {
  const { document } = parseHTML(renderHtml(comparison));
  const section = document.querySelector('section[aria-labelledby="failures"]');
  assert.equal(section?.querySelectorAll('.waterfall').length, 2);
  assert.deepEqual(
    [...(section?.querySelectorAll('table') ?? [])].map(
      (table) => table.querySelectorAll('tbody tr').length,
    ),
    [7, 2],
  );
});

test('where nothing failed, the texts do not speak of it', () => {
  const calm = compare(
    range(20).flatMap((sequence) => [
      requestTrace({ sequence }),
      requestTrace({ sequence, ...gke }),
    ]),
  );
  assert.deepEqual(calm.failures, []);
  assert.doesNotMatch(renderText(calm), /FAILED/);
  assert.match(renderHtml(calm), /No failed requests/);
});
