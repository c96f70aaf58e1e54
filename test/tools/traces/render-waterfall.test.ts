import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { formatMs } from '../../../tools/cli/format.ts';
import { normalise } from '../../../tools/traces/normalise.ts';
import { renderWaterfall } from '../../../tools/traces/render-waterfall.ts';
import { createWaterfall } from '../../../tools/traces/waterfall.ts';
import { MINUTE_MS, requestTrace, without, withSpanChanged } from './request-trace.ts';

const render = (trace = requestTrace()) =>
  renderWaterfall(createWaterfall(normalise(trace))).split('\n');

test('every span has a line with service, name, bar and duration, children below parents', () => {
  const lines = render();
  assert.equal(lines[0], `trace ${requestTrace().traceId}: 10 spans, 9.75 ms, complete`);
  assert.match(lines[1] ?? '', /^loadgen loadgen +█{42} +9\.75 ms$/);
  assert.match(lines[2] ?? '', /^└ loadgen GET +█+ +9\.25 ms$/);
  assert.match(lines[10] ?? '', /^ {5}└ server works\.search +█+ +3\.00 ms$/);
});

test('events, errors, cold starts and the front end are said below their span', () => {
  const trace = withSpanChanged(requestTrace({ frontEnd: 'stored', cold: true }), 10, {
    events: [{ name: 'half_way', timeMs: MINUTE_MS + 6, attributes: {} }],
    attributes: {
      'service.name': 'server',
      [ATTR.errorType]: 'UnexpectedResult',
      [ATTR.errorMessage]: '3 instead of 4',
    },
  });
  const text = render(trace).join('\n');
  assert.match(text, /✗ UnexpectedResult 3 instead of 4/);
  assert.match(text, /• half_way at 6\.00 ms/);
  assert.match(text, /cold start: first request of its instance/);
  assert.match(text, /front-end \/ .*▒/);
});

test('a broken trace says so and marks its orphan', () => {
  const text = render(without(requestTrace(), 5)).join('\n');
  assert.match(text, /INCOMPLETE/);
  assert.match(text, /orphan: its parent is not in the trace/);
});

test('no line passes 100 columns and no control character reaches the terminal', () => {
  const hostile = `\u001b[31m${'x'.repeat(10_000)}\n\u202e`;
  const trace = withSpanChanged(requestTrace(), 4, {
    name: hostile,
    attributes: { 'service.name': hostile, [ATTR.errorType]: hostile },
    startMs: MINUTE_MS - 1e9,
    endMs: MINUTE_MS + 1e9,
  });
  const lines = render(trace);
  assert.ok(lines.every((line) => [...line].length <= 100));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(lines.join(''), /[\u0000-\u001f\u202e]/);
});

test('a trace of nothing is still a heading', () => {
  assert.deepEqual(render({ traceId: 'a', projectId: 'p', spans: [] }), [
    'trace a: 0 spans, 0 ms, INCOMPLETE',
    '',
  ]);
});

test('durations keep three digits and a readable unit', () => {
  assert.deepEqual(
    [0, 0.0004, 0.0321, 0.9949, 0.995, 9.949, 12.34, 99.5, 999.4, 999.5, 12_345, 59_995].map(
      formatMs,
    ),
    [
      '0 ms',
      '0 ms',
      '32 µs',
      '995 µs',
      '0.99 ms',
      '9.95 ms',
      '12.3 ms',
      '100 ms',
      '999 ms',
      '1.00 s',
      '12.35 s',
      '1.0 min',
    ],
  );
});
