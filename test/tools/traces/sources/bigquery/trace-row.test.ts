import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deviation } from '../../../../../tools/traces/deviation.ts';
import { parseTraceRow } from '../../../../../tools/traces/sources/bigquery/trace-row.ts';

const SPAN = {
  span_id: '00F067AA0BA902B7',
  parent_span_id: null,
  name: 'GET /',
  kind: '2',
  start_micros: '1772445600000123',
  duration_nanos: '1500000',
  attributes: '{"http.response.status_code":200,"own":"span"}',
  resource_attributes: '{"service.name":"client","own":"resource"}',
  status_code: '2',
  status_message: 'broken',
};
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

function parse(...spans: readonly object[]) {
  const deviations: Deviation[] = [];
  const row = { trace_id: TRACE_ID, spans };
  return { trace: parseTraceRow(row, 'p', (one) => deviations.push(one)), deviations };
}

test('a row is a trace: times, kind, status, and the labels of both columns', () => {
  assert.deepEqual(parse(SPAN).trace, {
    traceId: TRACE_ID,
    projectId: 'p',
    spans: [
      {
        traceId: TRACE_ID,
        spanId: '00f067aa0ba902b7',
        name: 'GET /',
        kind: 'server',
        startMs: 1_772_445_600_000.123,
        endMs: 1_772_445_600_001.623,
        attributes: {
          'service.name': 'client',
          'http.response.status_code': '200',
          own: 'span',
        },
        status: { error: true, message: 'broken' },
      },
    ],
  });
});

test('kind and status may be names', () => {
  const [span] = parse({ ...SPAN, kind: 'SPAN_KIND_CLIENT', status_code: 'STATUS_CODE_OK' }).trace
    .spans;
  assert.equal(span?.kind, 'client');
  assert.equal(span?.status?.error, false);
});

test('columns without a value are no parent, no label and no error', () => {
  const { span_id, start_micros } = SPAN;
  const [span] = parse({ span_id, start_micros }).trace.spans;
  assert.deepEqual(span?.attributes, {});
  assert.equal(span?.parentSpanId, undefined);
  assert.equal(span?.endMs, span?.startMs);
});

test('a copy of a span is dropped, and told of', () => {
  const { trace, deviations } = parse(SPAN, SPAN);
  assert.equal(trace.spans.length, 1);
  assert.deepEqual(
    deviations.map(({ kind }) => kind),
    ['duplicate-span'],
  );
});

test('a duration below zero makes the times of the span impossible', () => {
  const [span] = parse({ ...SPAN, duration_nanos: '-5' }).trace.spans;
  assert.match(span?.impossible ?? '', /duration_nano -5 is negative/);
});

test('refuses a row with other columns', () => {
  assert.throws(() => parse({ ...SPAN, start_micros: 5 }), /start_micros/);
  assert.throws(() => parse({ ...SPAN, span_id: 'x' }), /has the id "x"/);
});
