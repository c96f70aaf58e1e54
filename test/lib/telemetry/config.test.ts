import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, parseEnv } from '../../../lib/config.ts';
import { telemetryVariables } from '../../../lib/telemetry/config.ts';

const REQUIRED = { GOOGLE_CLOUD_PROJECT: 'test-project', OTEL_SERVICE_NAME: 'client' };
const parse = (env: Record<string, string>) =>
  parseEnv(telemetryVariables, { ...REQUIRED, ...env });

function wrong(env: Record<string, string>): string[] {
  try {
    parse(env);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map((problem) => problem.variable);
  }
}

test('project and service name alone give the documented defaults', () => {
  const config = parse({});
  assert.deepEqual(config.OTEL_TRACES_EXPORTER, ['gcp_trace']);
  assert.deepEqual(config.OTEL_PROPAGATORS, ['gcp_trace', 'tracecontext', 'b3']);
  assert.equal(config.OTEL_TRACES_SAMPLER, 'parentbased_always_on');
  assert.equal(config.CLOUD_TRACE_API_ENDPOINT, 'cloudtrace.googleapis.com');
  assert.equal(config.SPAN_FLUSH, 'background');
  assert.equal(config.OTEL_SDK_DISABLED, false);
});

test('the default export timeout is below the ten seconds between SIGTERM and SIGKILL', () => {
  assert.ok(parse({}).OTEL_BSP_EXPORT_TIMEOUT < 10_000);
});

test('lists lose repetitions, and none is the empty list', () => {
  assert.deepEqual(parse({ OTEL_TRACES_EXPORTER: 'otlp, gcp_trace,otlp' }).OTEL_TRACES_EXPORTER, [
    'otlp',
    'gcp_trace',
  ]);
  assert.deepEqual(parse({ OTEL_TRACES_EXPORTER: 'none' }).OTEL_TRACES_EXPORTER, []);
  assert.deepEqual(parse({ OTEL_PROPAGATORS: 'none' }).OTEL_PROPAGATORS, []);
});

test('resource attributes are percent-decoded', () => {
  const value = 'service.version=v1, k8s.pod.name=a%2Cb%3Dc';
  assert.deepEqual(parse({ OTEL_RESOURCE_ATTRIBUTES: value }).OTEL_RESOURCE_ATTRIBUTES, {
    'service.version': 'v1',
    'k8s.pod.name': 'a,b=c',
  });
});

test('false turns nothing off', () => {
  assert.equal(parse({ OTEL_SDK_DISABLED: 'false' }).OTEL_SDK_DISABLED, false);
  assert.equal(parse({ OTEL_SDK_DISABLED: 'true' }).OTEL_SDK_DISABLED, true);
});

const BSP = [
  'OTEL_BSP_SCHEDULE_DELAY',
  'OTEL_BSP_EXPORT_TIMEOUT',
  'OTEL_BSP_MAX_QUEUE_SIZE',
  'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
] as const;

for (const [variable, value] of [
  ['GOOGLE_CLOUD_PROJECT', 'Not A Project'],
  ['OTEL_TRACES_EXPORTER', 'zipkin'],
  ['OTEL_TRACES_EXPORTER', 'none,otlp'],
  ['OTEL_PROPAGATORS', 'jaeger'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'service.version'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=b=c'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://user:password@collector'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'api key=x'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=%zz'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'api-key=a%0Ab'],
  ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'Host=elsewhere'],
  ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd'],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json'],
  ['CLOUD_TRACE_API_ENDPOINT', 'https://cloudtrace.googleapis.com'],
  ['CLOUD_TRACE_API_ENDPOINT', 'host:0'],
  ['CLOUD_TRACE_API_ENDPOINT', 'host:99999'],
  ['CLOUD_TRACE_API_ENDPOINT', '[::1]:443'],
  ['CLOUD_TRACE_API_ENDPOINT', '::1'],
  ['CLOUD_TRACE_API_ENDPOINT', 'host:'],
  ['CLOUD_TRACE_API_ENDPOINT', ':443'],
  ['CLOUD_TRACE_API_ENDPOINT', ' '],
  ...BSP.flatMap((variable) =>
    ['0', '-1', '1e3', '99999999', '9'.repeat(400)].map((value) => [variable, value] as const),
  ),
  ['OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '4096'],
  ['SPAN_FLUSH', 'never'],
  ['OTEL_SDK_DISABLED', 'maybe'],
] as const) {
  test(`${variable}=${value.slice(0, 40)} is refused`, () =>
    assert.deepEqual(wrong({ [variable]: value }), [variable]));
}

test('an empty variable counts as unset', () => {
  const empty = Object.fromEntries([...BSP, 'CLOUD_TRACE_API_ENDPOINT'].map((name) => [name, '']));
  assert.deepEqual(parse(empty), parse({}));
});

test('a refusal names the variable, its value and what is allowed', () => {
  assert.throws(
    () => parse({ CLOUD_TRACE_API_ENDPOINT: '[::1]:443', OTEL_BSP_SCHEDULE_DELAY: '0' }),
    (error: ConfigError) => {
      assert.match(error.message, /OTEL_BSP_SCHEDULE_DELAY: is "0"; allowed: .* from 1 to 60000$/m);
      assert.match(error.message, /CLOUD_TRACE_API_ENDPOINT: is "\[::1\]:443"; allowed: host or /);
      return true;
    },
  );
});

test('headers are percent-decoded, and their names lowered', () => {
  const value = 'API-Key=a%2Cb, authorization=Basic dXNlcjpwYXNz==,';
  assert.deepEqual(parse({ OTEL_EXPORTER_OTLP_HEADERS: value }).OTEL_EXPORTER_OTLP_HEADERS, {
    'api-key': 'a,b',
    authorization: 'Basic dXNlcjpwYXNz==',
  });
});

test('a protocol that is not supported is refused in words', () => {
  assert.throws(
    () => parse({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
    /OTEL_EXPORTER_OTLP_PROTOCOL: is "grpc"; allowed: http\/protobuf \(grpc and http\/json are not supported\)/,
  );
});

for (const [name, value, printed] of [
  ['a URL', 'ftp://user:hunter2@collector', 'ftp://(not shown)@collector'],
  ['a URL without slashes', 'https:user:hunter2@collector', '(not shown)@collector'],
  ['a password with a slash', 'https://user:hun/ter2@collector', 'https://(not shown)@collector'],
  ['a password with a blank', 'https://user:hunter2 a@collector', 'https://(not shown)@collector'],
  ['a query with a quote', 'ftp://collector/v1?key="hunter2', 'ftp://collector/v1?(not shown)'],
  ['an address with a blank', 'user:hunter2 a@collector:4318', '(not shown)@collector:4318'],
  ['an address', 'user:hunter2@collector:4318', '(not shown)@collector:4318'],
  ['a query', 'ftp://collector/v1?key=hunter2', 'ftp://collector/v1?(not shown)'],
] as const) {
  test(`a refusal shows no password: ${name}`, () => {
    for (const variable of ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'CLOUD_TRACE_API_ENDPOINT']) {
      assert.throws(
        () => parse({ [variable]: value }),
        (error: ConfigError) => {
          assert.deepEqual(
            error.problems.map((problem) => problem.value),
            [printed],
          );
          return true;
        },
      );
    }
  });
}

test('a refusal shows a long value in part', () => {
  assert.throws(
    () => parse({ OTEL_PROPAGATORS: 'x'.repeat(100_000) }),
    (error: ConfigError) => error.message.length < 1_000,
  );
});

test('a refusal shows no secret: neither a header nor the password of a URL', () => {
  const secrets = {
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=hunter2,broken',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:hunter2@collector/x@y',
  };
  assert.throws(
    () => parse(secrets),
    (error: ConfigError) => {
      assert.doesNotMatch(JSON.stringify([error.message, error.problems]), /hunter2/);
      assert.match(error.message, /HEADERS: is "\(not shown\)"; allowed: name=value/);
      assert.match(error.message, /ENDPOINT: is "https:\/\/\(not shown\)@y"/);
      return true;
    },
  );
});

test('a batch may be as large as the queue, and the default may be larger', () => {
  const queue = { OTEL_BSP_MAX_QUEUE_SIZE: '100' };
  assert.deepEqual(wrong({ ...queue, OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '100' }), []);
  assert.deepEqual(wrong(queue), []);
  assert.throws(
    () => parse({ ...queue, OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '101' }),
    /OTEL_BSP_MAX_EXPORT_BATCH_SIZE: is "101"; allowed: at most OTEL_BSP_MAX_QUEUE_SIZE, which is 100/,
  );
});

test('every variable is described', () => {
  for (const [variable, schema] of Object.entries(telemetryVariables)) {
    assert.ok(schema.description, variable);
  }
});
