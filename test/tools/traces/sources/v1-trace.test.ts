import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deviation } from '../../../../tools/traces/deviation.ts';
import { parseV1List, parseV1Trace } from '../../../../tools/traces/sources/v1-trace.ts';

const SPAN = {
  spanId: '255',
  parentSpanId: '0',
  kind: 'RPC_SERVER',
  name: 'GET',
  startTime: '2026-03-02T10:00:00.000250Z',
  endTime: '2026-03-02T10:00:01.5Z',
  labels: { 'service.name': 'client' },
};
const TRACE = { projectId: 'p', traceId: 'C'.repeat(32), spans: [SPAN] };
const spanWith = (changed: object) =>
  parseV1Trace({ ...TRACE, spans: [{ ...SPAN, ...changed }] }).spans[0];

test('a span has hexadecimal ids, milliseconds and its labels', () => {
  const startMs = Date.UTC(2026, 2, 2, 10);
  assert.deepEqual(parseV1Trace(TRACE), {
    projectId: 'p',
    traceId: 'c'.repeat(32),
    spans: [
      {
        traceId: 'c'.repeat(32),
        spanId: '00000000000000ff',
        name: 'GET',
        kind: 'server',
        startMs: startMs + 0.25,
        endMs: startMs + 1_500,
        attributes: { 'service.name': 'client' },
      },
    ],
  });
});

test('a time that no store holds is impossible, as one that is missing', () => {
  for (const [changed, why] of [
    [{ endTime: '9999-12-31T00:00:00Z' }, /^endTime "9999.*" is beyond 2\^63 nanoseconds$/],
    [{ startTime: '1969-12-31T23:59:59.5Z' }, /^startTime "1969.*" is before 1970$/],
    [{ startTime: '', endTime: null }, /^startTime is missing, endTime is missing$/],
    [{ endTime: '2026-03-02T10:00:00Z' }, /^endTime "2026.*" is before startTime "2026/],
  ] as const) {
    assert.match(spanWith(changed)?.impossible ?? '', why);
  }
});

test('a member that the API does not have is told with its message', () => {
  const told: Deviation[] = [];
  parseV1List({ traces: [{ ...TRACE, spans: [{ ...SPAN, status: 1 }] }] }, (one) => told.push(one));
  assert.deepEqual(
    told.map(({ kind, example }) => [kind, example.value]),
    [['unknown-member', '"status" of TraceSpan']],
  );
});

test('what is no answer is refused, never read as no traces', () => {
  for (const answer of [null, 'sign in', []]) {
    assert.throws(
      () => parseV1List(answer),
      /is (null|"sign in"|a list of 0); allowed: an object$/,
    );
  }
  assert.throws(() => parseV1List({ traces: [null] }), /traces\[0\] is null/);
  assert.throws(() => spanWith({ kind: 'SPAN_KIND_SERVER' }), /spans\[0\]\.kind is "SPAN_KIND/);
  assert.throws(() => spanWith({ labels: { n: 1 } }), /labels\["n"\] is 1; allowed: text$/);
});
