import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '../../../tools/traces/model.ts';
import { isUnwanted, targetOf } from '../../../tools/traces/untraced.ts';

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
