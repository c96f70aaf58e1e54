import assert from 'node:assert/strict';
import type { RequestOptions } from 'node:http';
import { test } from 'node:test';
import {
  isHealthPath,
  isHealthSpan,
  isUntracedIncoming,
  isUntracedOutgoing,
} from '../../../lib/telemetry/untraced.ts';

const OUTGOING: readonly [string, RequestOptions & { pathname?: string }, boolean][] = [
  ['a request of the system', { hostname: 'client', path: '/?q=love' }, false],
  ['Storage', { hostname: 'storage.googleapis.com', path: '/storage/v1/b/works/o' }, false],
  ['a token', { hostname: 'oauth2.googleapis.com', path: '/token' }, true],
  ['a token, by host', { host: 'oauth2.googleapis.com', path: '/token' }, true],
  ['a token, by host and port', { host: 'oauth2.googleapis.com:443', path: '/token' }, true],
  ['a federated token', { hostname: 'sts.googleapis.com', path: '/v1/token' }, true],
  [
    'a token of a service account',
    {
      hostname: 'iamcredentials.googleapis.com',
      path: '/v1/projects/-/serviceAccounts/a:generateIdToken',
    },
    true,
  ],
  ['a token of an account', { hostname: 'accounts.google.com', path: '/o/oauth2/token' }, true],
  ['a host named like it', { hostname: 'oauth2.googleapis.com.example.com', path: '/' }, false],
  ['metadata', { hostname: '169.254.169.254', path: '/computeMetadata/v1/instance/id' }, true],
  ['metadata of a URL', { host: 'metadata', pathname: '/computeMetadata/v1/' }, true],
  ['a path that holds metadata', { hostname: 'client', path: '/?q=/computeMetadata/' }, false],
  ['a health check', { hostname: 'server', path: '/health' }, true],
  ['nothing known', {}, false],
];

for (const [name, request, untraced] of OUTGOING) {
  test(`outgoing: ${name} makes ${untraced ? 'no span' : 'a span'}`, () => {
    assert.equal(isUntracedOutgoing(request), untraced);
  });
}

test('a health check is recognised by its complete path, whatever the query', () => {
  for (const path of ['/health', '/_healthz', '/ready', '/health?full=1']) {
    assert.equal(isHealthPath(path), true, path);
    assert.equal(isUntracedIncoming({ url: path }), true, path);
  }
  for (const path of ['/', '/healthy', '/health/', '/a/health', '/?/health', '', undefined, null]) {
    assert.equal(isHealthPath(path), false, String(path));
  }
});

test('a gRPC health check is told by its service', () => {
  assert.equal(isHealthSpan('grpc.grpc.health.v1.Health/Check'), true);
  assert.equal(isHealthSpan('grpc.grpc.health.v1.Health/Watch'), true);
  assert.equal(isHealthSpan('grpc.shakesapp.Library/Check'), false);
});
