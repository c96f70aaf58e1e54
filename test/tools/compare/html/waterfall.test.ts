import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { renderWaterfall } from '../../../../tools/compare/html/waterfall.ts';
import type { Waterfall, WaterfallSpan } from '../../../../tools/traces/waterfall.ts';

const span = (change: Partial<WaterfallSpan>): WaterfallSpan => ({
  spanId: '1'.repeat(16),
  parentSpanId: null,
  path: 'loadgen:loadgen',
  service: 'loadgen',
  name: 'loadgen',
  kind: 'internal',
  depth: 0,
  offsetMs: 0,
  durationMs: 10,
  selfMs: 10,
  shiftedMs: 0,
  frontEnd: false,
  orphan: false,
  cold: false,
  error: null,
  attributes: {},
  events: [],
  ...change,
});

const trace = (...spans: readonly WaterfallSpan[]): Waterfall => ({
  traceId: 'a'.repeat(32),
  projectId: 'demo',
  startMs: 0,
  durationMs: 10,
  whole: true,
  cold: false,
  consoleUrl: null,
  spans,
});

const render = (a: Waterfall, b?: Waterfall) =>
  `${renderWaterfall({
    id: 'w',
    title: 'Median request',
    a: { label: 'Cloud Run', trace: a },
    b: b === undefined ? null : { label: 'GKE', trace: b },
    colour: () => 'c0',
  })}`;

test('two traces of one span, as in the golden file', () => {
  const golden = new URL('../../../golden/compare-waterfall.html', import.meta.url);
  const markup = render(
    trace(
      span({
        attributes: { 'shakesapp.query': 'love' },
        events: [{ name: 'request_start', offsetMs: 0.5, attributes: { n: '1' } }],
      }),
    ),
    {
      ...trace(
        span({ durationMs: 5, events: null, error: { type: 'timeout', message: 'no answer' } }),
      ),
      ofV1: true,
    },
  );
  if (process.env.UPDATE_GOLDEN === 'yes') writeFileSync(golden, markup);
  assert.equal(markup, readFileSync(golden, 'utf8'));
});

test('names Cloud Trace’s v1 API as the reason for no events only where they come from it', () => {
  const silent = trace(span({ events: null }));
  assert.match(render({ ...silent, ofV1: true }), /v1 API returns no events/);
  assert.match(render(silent), /Not known: the source holds no events/);
  assert.doesNotMatch(render(silent), /v1/);
});

const barsOf = (markup: string) =>
  [...parseHTML(markup).document.querySelectorAll('rect')].map((bar) =>
    ['x', 'width'].map((name) => Number.parseFloat(bar.getAttribute(name) ?? '')),
  );

test('a span of no length at the very end is still to be seen', () => {
  assert.deepEqual(barsOf(render(trace(span({ offsetMs: 10, durationMs: 0 })))), [[99.75, 0.25]]);
});

test('a span that begins before the root moves the start of the axis', () => {
  const bars = barsOf(render(trace(span({}), span({ path: 'x', offsetMs: -10, durationMs: 5 }))));
  assert.deepEqual(bars, [
    [50, 50],
    [0, 25],
  ]);
});

test('both traces lie on one axis, as long as the longer one', () => {
  const bars = barsOf(render(trace(span({})), trace(span({ durationMs: 5 }))));
  assert.deepEqual(bars, [
    [0, 100],
    [0, 50],
  ]);
});

test('says of a span whether it is cold, an orphan, shifted, in error or the front end’s', () => {
  const { document } = parseHTML(
    render(
      trace(
        span({
          cold: true,
          orphan: true,
          frontEnd: true,
          shiftedMs: 2,
          error: { type: 'E', message: 'm' },
        }),
      ),
    ),
  );
  const flags = [...document.querySelectorAll('.flag')].map((flag) => flag.textContent);
  assert.deepEqual(flags, ['front end', 'cold', 'orphan', 'error']);
  assert.match(
    document.querySelector('.card')?.textContent ?? '',
    /Error: E m[\s\S]*2\.00 ms \(clock skew\)/,
  );
});

test('a button’s name names service, duration and start for whoever does not see the bars', () => {
  const { document } = parseHTML(render(trace(span({})), trace(span({ durationMs: 5 }))));
  const name = (document.querySelector('button')?.textContent ?? '').replace(/\s+/g, ' ').trim();
  assert.match(name, /loadgen loadgen.*Cloud Run: 10\.0 ms from 0 ms; GKE: 5\.00 ms from 0 ms;/);
});

test('work that goes on long after the request ended leaves the request its room', () => {
  const root = span({ durationMs: 10 });
  const below = span({ spanId: '2'.repeat(16), path: 'x', durationMs: 5_000, depth: 1 });
  const markup = render(trace(root, below));
  assert.match(
    markup,
    /The axis ends at 15\.0 ms: some spans go on until 5\.00 s, after the request/,
  );
  assert.match(markup, /width="66\.67%"/);
  assert.doesNotMatch(render(trace(root)), /The axis ends/);
});

test('spans that are not drawn are counted in the row above them', () => {
  assert.match(render(trace(span({ notDrawn: 943 }))), /943 spans below not drawn/);
});
