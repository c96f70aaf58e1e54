import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR, UNEXPECTED_RESULT } from '../../../lib/telemetry/names.ts';
import type { Span } from '../../../tools/traces/model.ts';
import {
  describeWrongCount,
  errorOf,
  isUnwanted,
  serviceOf,
  targetOf,
  wrongCountOf,
} from '../../../tools/traces/span.ts';

const spanOf = (name: string, attributes: Readonly<Record<string, string>>): Span => ({
  traceId: 'a'.repeat(32),
  spanId: '1'.repeat(16),
  name,
  kind: 'server',
  startMs: 0,
  endMs: 1,
  attributes,
});

const CASES: readonly (readonly [string, Readonly<Record<string, string>>, boolean])[] = [
  ['grpc.grpc.health.v1.Health/Check', {}, true],
  ['GET', { 'url.path': '/health' }, true],
  ['GET', { 'http.target': '/ready?verbose=1' }, true],
  ['GET', { '/http/path': '/_healthz' }, true],
  ['GET', { 'url.full': 'http://10.0.0.1:8080/health' }, true],
  ['GET', { '/http/url': 'http://metadata/computeMetadata/v1/project/project-id' }, true],
  ['GET', { 'url.path': '/computeMetadata/v1/instance/zone' }, true],
  ['GET', { 'url.path': '/', 'url.full': 'https://client.run.app/?q=health' }, false],
  ['GET', { 'url.path': '/healthy' }, false],
  ['GET', { 'url.full': 'no address' }, false],
  ['grpc.shakesapp.ShakespeareService/GetMatchCount', {}, false],
];
for (const [name, attributes, unwanted] of CASES) {
  test(`${name} ${JSON.stringify(attributes)} is ${unwanted ? 'unwanted' : 'a span'}`, () => {
    assert.equal(isUnwanted(spanOf(name, attributes)), unwanted);
  });
}

test('a span is told by what it asks for, or by its name', () => {
  assert.equal(targetOf(spanOf('GET', { 'url.path': '/health' })), '/health');
  assert.equal(targetOf(spanOf('Check', {})), 'Check');
});

const answered = (attributes: Readonly<Record<string, string>>) =>
  wrongCountOf(spanOf('loadgen', attributes));

test('another count than the expected one is wrong, whatever the span says of errors', () => {
  const wrong = answered({
    [ATTR.query]: 'love',
    [ATTR.matchCount]: '3',
    [ATTR.expectedCount]: '4',
  });
  assert.ok(wrong);
  assert.equal(describeWrongCount(wrong), 'the count of "love" is 3, expected 4');
});

test('a span in that error is wrong, although it does not say how', () => {
  const wrong = answered({ [ATTR.errorType]: UNEXPECTED_RESULT });
  assert.deepEqual(wrong, { query: '?', count: '?', expected: '?' });
});

test('the expected count, none at all and another error are no wrong count', () => {
  assert.equal(answered({ [ATTR.matchCount]: '4', [ATTR.expectedCount]: '4' }), null);
  assert.equal(answered({ [ATTR.matchCount]: '4' }), null);
  assert.equal(answered({ [ATTR.expectedCount]: '4', [ATTR.errorType]: 'unavailable' }), null);
});

const NAMED: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
  [{ 'service.name': 'orders', 'g.co/r/generic_task/job': 'other' }, 'orders'],
  [{ 'g.co/r/generic_task/job': 'orders' }, 'orders'],
  [{ 'g.co/r/k8s_container/container_name': 'orders' }, 'orders'],
  [{ 'g.co/r/cloud_run_revision/service_name': 'orders' }, 'orders'],
  [{ 'service.name': '' }, 'unnamed service'],
  [{}, 'unnamed service'],
];
for (const [attributes, service] of NAMED) {
  test(`a span with ${JSON.stringify(attributes)} is of ${service}`, () => {
    assert.equal(serviceOf(spanOf('GET', attributes)), service);
  });
}

test("a span that Cloud Trace's own label of an error marks has failed", () => {
  const failed = { '/error/name': 'Unavailable', '/error/message': 'no route to host' };
  assert.deepEqual(errorOf(spanOf('GET', failed)), {
    type: 'Unavailable',
    message: 'no route to host',
  });
  const messageOf = (attributes: Readonly<Record<string, string>>) =>
    errorOf(spanOf('GET', attributes));
  assert.deepEqual(messageOf({ '/error/message': 'no route' }), {
    type: 'error',
    message: 'no route',
  });
  assert.equal(messageOf({ '/error/message': 'no', '/http/status_code': '503' })?.type, 'http_503');
  assert.equal(messageOf({ '/error/name': '', '/error/message': '' }), null);
});

test('an answered error is an error where the source has no status', () => {
  const typeOf = (attributes: Readonly<Record<string, string>>) =>
    errorOf(spanOf('GET', attributes))?.type ?? null;
  assert.equal(typeOf({ '/http/status_code': '504' }), 'http_504');
  assert.equal(typeOf({ 'rpc.grpc.status_code': '4' }), 'grpc_DEADLINE_EXCEEDED');
  assert.equal(typeOf({ 'http.response.status_code': '200', 'rpc.grpc.status_code': '0' }), null);
  // What a server refuses is its caller's error.
  assert.equal(typeOf({ 'http.response.status_code': '404' }), null);
  const asked = {
    ...spanOf('GET', { 'http.response.status_code': '404' }),
    kind: 'client',
  } as const;
  assert.equal(errorOf(asked)?.type, 'http_404');
});
