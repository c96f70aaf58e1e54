import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverVariables } from '../../../services/server/config.ts';
import { parsePassedOn } from '../../../tools/local/settings.ts';

/** tools/ may not import the server's schemas, so what it passes on is held against them here. */
const VALUES = {
  WORKS_CACHE: ['keep', 'per-request', 'none', ''],
  WORKS_TTL_SECONDS: ['0', '300', '86400', '86401', '-1', 'x', ''],
} as const;

for (const [name, values] of Object.entries(VALUES)) {
  const schema = serverVariables[name as keyof typeof VALUES];
  for (const value of values) {
    test(`${name}=${JSON.stringify(value)} is taken by npm start as the server takes it`, () => {
      const expected = schema.safeParse(value === '' ? undefined : value);
      if (!expected.success) assert.throws(() => parsePassedOn({ [name]: value }));
      else assert.deepEqual(Reflect.get(parsePassedOn({ [name]: value }), name), expected.data);
    });
  }
}

for (const [env, allowed] of [
  [{ OTEL_SDK_DISABLED: 'true' }, /OTEL_SDK_DISABLED is "true": no trace .*; unset it/],
  [{ OTEL_TRACES_EXPORTER: 'console' }, /OTEL_TRACES_EXPORTER is "console": .*gcp_trace or otlp/],
  [{ OTEL_TRACES_EXPORTER: 'none' }, /OTEL_TRACES_EXPORTER is "none": .*gcp_trace or otlp/],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, /OTEL_TRACES_SAMPLER is "parent.*off": no/],
  [
    { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    /OTEL_EXPORTER_OTLP_PROTOCOL: is "grpc"; allowed: http\/protobuf/,
  ],
  [
    { OTEL_TRACES_EXPORTER: 'gcp_trace,otlp', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
    /OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: is "http\/json"; allowed: http\/protobuf/,
  ],
  [{ OTEL_TRACES_EXPORTER: 'x', WORKS_CACHE: 'y' }, /OTEL_TRACES_EXPORTER[\s\S]*WORKS_CACHE/],
] as const) {
  test(`${JSON.stringify(env)} is bad usage that says what is allowed`, () => {
    assert.throws(() => parsePassedOn(env), { name: 'UsageError', message: allowed });
  });
}

test('console beside an exporter that stores is passed on', () => {
  const { OTEL_TRACES_EXPORTER } = parsePassedOn({
    OTEL_TRACES_EXPORTER: 'gcp_trace,console',
    OTEL_SDK_DISABLED: 'false',
  });
  assert.deepEqual(OTEL_TRACES_EXPORTER, ['gcp_trace', 'console']);
});

test('the protocol of an exporter that is not chosen is not asked for', () => {
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  assert.deepEqual(parsePassedOn(env), parsePassedOn({}));
});
