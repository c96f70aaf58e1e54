import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadgenVariables } from '../../../functions/loadgen/config.ts';
import { ConfigError, parseEnv, type Variables } from '../../../lib/config.ts';
import { telemetryVariables } from '../../../lib/telemetry/config.ts';
import { clientVariables } from '../../../services/client/config.ts';
import { serverVariables } from '../../../services/server/config.ts';

const TELEMETRY = { GOOGLE_CLOUD_PROJECT: 'test-project', OTEL_SERVICE_NAME: 'client' };
const ON_CLOUD_RUN = { K_SERVICE: 'client' };
const PERMITTED = { ALLOW_PLAINTEXT_UPSTREAM: 'true' };
const OTLP = { OTEL_TRACES_EXPORTER: 'gcp_trace,otlp' };

/** The refusals of a program with these variables, as `NAME: allowed`. */
function refusals(own: Variables, env: Record<string, string>): string[] {
  try {
    parseEnv({ ...telemetryVariables, ...own }, { ...TELEMETRY, ...env });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ variable, value, allowed }) => `${variable} ${value}: ${allowed}`);
  }
}

describe('a plain-text address on Cloud Run', () => {
  const programs = [
    ['CLIENT_ADDR', loadgenVariables],
    ['SERVER_ADDR', clientVariables],
  ] as const;
  for (const [variable, own] of programs) {
    for (const value of ['host:80', 'localhost:5050', '[::1]:5050', 'host:443']) {
      test(`${variable}=${value} is refused, unless it is permitted`, () => {
        const env = { [variable]: value };
        assert.deepEqual(refusals(own, { ...env, ...ON_CLOUD_RUN }), [
          `${variable} ${value}: on Cloud Run https://host[:port], TLS with an ID token; or set ALLOW_PLAINTEXT_UPSTREAM=true`,
        ]);
        assert.deepEqual(refusals(own, { ...env, ...ON_CLOUD_RUN, ...PERMITTED }), []);
        assert.deepEqual(refusals(own, env), []);
      });
    }

    test(`${variable} with https:// is taken`, () => {
      assert.deepEqual(refusals(own, { [variable]: 'https://host', ...ON_CLOUD_RUN }), []);
    });

    test(`${variable} with http:// is refused everywhere`, () => {
      const env = { [variable]: 'http://host:80', ...ON_CLOUD_RUN, ...PERMITTED };
      assert.match(refusals(own, env).join(), /http:\/\/host:80: host:port/);
    });
  }

  for (const value of ['false', '']) {
    test(`is not permitted by ALLOW_PLAINTEXT_UPSTREAM=${value}`, () => {
      const env = { SERVER_ADDR: 'host:80', ALLOW_PLAINTEXT_UPSTREAM: value, ...ON_CLOUD_RUN };
      assert.equal(refusals(clientVariables, env).length, 1);
    });
  }

  for (const [variable, own, env] of [
    ['OTEL_EXPORTER_OTLP_ENDPOINT', {}, OTLP],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', {}, OTLP],
    ['STORAGE_API_ENDPOINT', serverVariables, {}],
  ] as const) {
    test(`${variable} is refused, unless it is loopback's or permitted`, () => {
      const of = (value: string, more = {}) =>
        refusals(own, { [variable]: value, ...env, ...ON_CLOUD_RUN, ...more });
      assert.match(of('http://10.0.0.1:4318').join(), new RegExp(`^${variable} http://10.0.0.1`));
      assert.match(of('http://localhost.example:80').join(), /on Cloud Run https/);
      assert.deepEqual(of('http://10.0.0.1:4318', PERMITTED), []);
      for (const host of ['localhost', '127.0.0.1', '[::1]']) {
        assert.deepEqual(of(`http://${host}:4318`), []);
      }
    });
  }

  test('is no problem at an OTLP endpoint that is not used', () => {
    const plain = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', ...ON_CLOUD_RUN };
    assert.deepEqual(refusals({}, plain), []);
    const other = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' };
    assert.deepEqual(refusals({}, { ...plain, ...other, ...OTLP }), []);
  });
});

describe('a credential for another machine', () => {
  for (const variable of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS']) {
    test(`${variable} is not sent over http://, unless that is permitted`, () => {
      const env = { [variable]: 'api-key=hunter2', ...OTLP };
      const of = (endpoint: string, more = {}) =>
        refusals({}, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...more });
      const refused = of('http://collector:4318').join();
      assert.match(refused, /^OTEL_EXPORTER_OTLP_ENDPOINT http:\/\/collector:4318: https:\/\//);
      assert.doesNotMatch(refused, /hunter2/);
      assert.deepEqual(of('http://localhost:4318'), []);
      assert.deepEqual(of('https://collector'), []);
      assert.deepEqual(of('http://collector:4318', PERMITTED), []);
    });
  }

  test('an access token is not sent to a Storage endpoint over http://', () => {
    const env = { STORAGE_API_ENDPOINT: 'http://10.0.0.1:4443' };
    const of = (more: object) => refusals(serverVariables, { ...env, ...more }).length;
    assert.equal(of({ WORKS_ACCESS: 'iam' }), 1);
    assert.equal(of({ WORKS_ACCESS: 'public' }), 0);
    assert.equal(of({ WORKS_ACCESS: 'iam', ...PERMITTED }), 0);
  });
});
