import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, isErrorAnswer } from '../../../tools/traces/answer.ts';
import type { Span, SpanKind } from '../../../tools/traces/model.ts';
import { errorOf } from '../../../tools/traces/span.ts';

const span = (kind: SpanKind, attributes: Record<string, string>): Span => ({
  ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'GET', startMs: 0, endMs: 1 },
  kind,
  attributes,
});

const CASES: readonly (readonly [SpanKind, string, string, number | null, boolean])[] = [
  ['client', 'http.response.status_code', '429', 429, true],
  ['server', 'http.response.status_code', '429', 429, false],
  ['server', 'http.status_code', '503', 503, true],
  ['server', '/http/status_code', '504', 504, true],
  ['client', '/http/status_code', '200', 200, false],
  ['client', 'http.status_code', 'abc', null, false],
  ['client', 'rpc.grpc.status_code', '4', 4, true],
  ['server', 'rpc.grpc.status_code', '1', 1, false],
  ['client', 'rpc.grpc.status_code', '0', 0, false],
  ['client', 'rpc.response.status_code', 'DEADLINE_EXCEEDED', 4, true],
  ['client', 'rpc.grpc.status_code', '99', null, false],
];
for (const [kind, key, value, code, isError] of CASES) {
  test(`${key} ${value} on a ${kind} span is ${isError ? 'an error' : 'no error'}`, () => {
    const one = span(kind, { [key]: value });
    const answer = answerOf(one);
    assert.equal(answer?.code ?? null, code);
    assert.equal(answer !== null && isErrorAnswer(one, answer), isError);
    assert.equal(errorOf(one) !== null, isError);
  });
}

test('the name of an error that has no other is the status', () => {
  assert.equal(errorOf(span('client', { 'http.status_code': '429' }))?.type, 'http_429');
  assert.equal(
    errorOf(span('client', { 'rpc.grpc.status_code': '4' }))?.type,
    'grpc_DEADLINE_EXCEEDED',
  );
  const named = span('client', { 'http.status_code': '500', 'error.type': 'Boom' });
  assert.equal(errorOf(named)?.type, 'Boom');
});
