import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseEnv } from '../../../lib/config.ts';
import { serverVariables } from '../../../services/server/config.ts';

const parse = (env: Record<string, string>) => parseEnv(serverVariables, env);

describe('serverVariables', () => {
  test("have the codelab's port, bucket and prefix, and keep the works, by default", () => {
    assert.deepEqual(parse({}), {
      HOST: '0.0.0.0',
      PORT: 5050,
      WORKS_BUCKET: 'dataflow-samples',
      WORKS_PREFIX: 'shakespeare/',
      WORKS_CACHE: 'keep',
      WORKS_TTL_SECONDS: 300,
      WORKS_ACCESS: 'public',
      WORKS_ATTEMPTS: 3,
      WORKS_ATTEMPT_TIMEOUT_MS: 5_000,
      STORAGE_API_ENDPOINT: 'https://storage.googleapis.com',
      SHUTDOWN_TIMEOUT_MS: 9_000,
    });
  });

  test('take / for the whole bucket, because an empty value counts as unset', () => {
    assert.equal(parse({ WORKS_PREFIX: '/' }).WORKS_PREFIX, '');
    assert.equal(parse({ WORKS_PREFIX: '' }).WORKS_PREFIX, 'shakespeare/');
  });

  for (const value of ['https://private.example/', 'http://10.0.0.1:4443']) {
    test(`take ${value} for a Storage endpoint`, () => {
      const { origin } = new URL(value);
      assert.equal(parse({ STORAGE_API_ENDPOINT: value }).STORAGE_API_ENDPOINT, origin);
    });
  }

  const refused = [
    'host:443',
    'ftp://host',
    'https://host/path',
    'https://u:p@host',
    'https://h?x',
  ];
  for (const value of refused) {
    test(`refuse ${value} as a Storage endpoint`, () => {
      assert.throws(
        () => parse({ STORAGE_API_ENDPOINT: value }),
        /allowed: http:\/\/host\[:port\]/,
      );
    });
  }

  test('describe themselves for the documents', () => {
    for (const [name, schema] of Object.entries(serverVariables)) {
      assert.ok((schema.description ?? '').length > 10, name);
    }
  });
});
