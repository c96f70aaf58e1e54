import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedaction, keepAttribute } from '../../../../tools/doctor/preflight/redact.ts';

const redact = createRedaction('my-project');

const REMOVED: readonly (readonly [before: string, after: string])[] = [
  ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', '<key>'],
  ['authorization Bearer abc.def', 'authorization Bearer <token>'],
  ['got ya29.short here', 'got <token> here'],
  ['eyJhbGciOiJSUzI1NiJ9.e30.c2ln', '<token>'],
  ['AIzaSyA-1234567890abcdefgh', '<key>'],
  ['?password=hunter2&q=love', '?password=<secret>&q=love'],
  ['{"client_secret": "hunter2"}', '{"client_secret": "<secret>"}'],
  ['https://me:hunter2@host/', 'https://host/'],
  ['user:alice.l+x@mail.example.com said', 'user:<e-mail address> said'],
  ['client-abc123-uc.a.run.app', 'client.run.app'],
  ['client-12345.us-central1.run.app', 'client.run.app'],
  ['projects/4242/locations', 'projects/NUMBER/locations'],
  ['in project 76408 before', 'in project NUMBER before'],
  ['number 123456789012 is', 'number NUMBER is'],
  ['connect 10.1.2.3:80', 'connect <address>:80'],
  ['from fe80:0:0:1:2', 'from <address>'],
  [`faas.instance ${'0a'.repeat(60)}`, 'faas.instance <long id>'],
  ['gs://my-project-works', 'gs://PROJECT-works'],
];
for (const [before, after] of REMOVED) {
  test(`${before.split('\n')[0]} becomes ${after}`, () => assert.equal(redact(before), after));
}

test('what a reader needs stays', () => {
  for (const kept of [
    'no usable credentials: Could not load the default credentials.',
    'serviceAccount:shakesapp-server@PROJECT.iam.gserviceaccount.com has no roles/cloudtrace.agent',
    `trace ${'c'.repeat(32)}: 11 spans, 40.0 ms, complete`,
    'gcloud services enable run.googleapis.com --project PROJECT',
    '2026-11-20T10:15:00.000Z  12:53:00',
    'bytes: 5200000, v24.21.0',
    'grpc.shakesapp.ShakespeareService/GetMatchCount',
  ]) {
    assert.equal(redact(kept), kept);
  }
  assert.equal(
    redact('shakesapp-server@my-project.iam.gserviceaccount.com'),
    'shakesapp-server@PROJECT.iam.gserviceaccount.com',
  );
});

test('attributes keep their values where this project knows them, and headers never', () => {
  for (const key of [
    'service.name',
    'shakesapp.run_id',
    'http.response.status_code',
    '/component',
  ]) {
    assert.equal(keepAttribute(key), true, key);
  }
  const without = ['user.email', 'client.address', 'db.statement', 'cloud.account.id', 'url.query'];
  for (const key of [...without, 'http.request.header.cookie', 'rpc.grpc.request.metadata.x']) {
    assert.equal(keepAttribute(key), false, key);
  }
});
