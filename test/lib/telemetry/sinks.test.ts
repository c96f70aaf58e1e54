import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { telemetryVariables } from '../../../lib/telemetry/config.ts';
import { parseEnv } from '../../../lib/telemetry/environment.ts';
import type { SpanSink } from '../../../lib/telemetry/sink.ts';
import { createSinks, withResource } from '../../../lib/telemetry/sinks.ts';

/** Names of the sinks for this list, where those of `broken` cannot start, and what is logged. */
async function sinksOf(t: TestContext, list: string, broken: readonly string[]) {
  const logged: string[] = [];
  const nothing = () => {};
  const error = (...texts: unknown[]) => void logged.push(texts.join(': '));
  const logger = { error, warn: nothing, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
  t.after(() => diag.disable());
  const config = parseEnv(telemetryVariables, {
    GOOGLE_CLOUD_PROJECT: 'test-project',
    OTEL_SERVICE_NAME: 'server',
    OTEL_TRACES_EXPORTER: list,
  });
  const make = (name: string) => async (): Promise<SpanSink> => {
    if (broken.includes(name)) throw new Error(`no ${name}`);
    const write = async () => ({ rejected: 0 });
    return { name, pack: () => Buffer.from(''), write, close: async () => {} };
  };
  const makers = { gcp_trace: make('gcp_trace'), otlp: make('otlp'), console: make('console') };
  const sinks = await createSinks(config, makers);
  return { names: sinks.map(({ name }) => name), logged };
}

test('of a list of exporters, one that cannot start is named in the log and the others go on', async (t) => {
  const { names, logged } = await sinksOf(t, 'gcp_trace,otlp', ['gcp_trace']);
  assert.deepEqual(names, ['otlp']);
  assert.deepEqual(logged, [
    'the exporter gcp_trace cannot start; the others go on: Error: no gcp_trace',
  ]);
});

test('where no exporter of a list can start, neither can tracing', async (t) => {
  await assert.rejects(sinksOf(t, 'gcp_trace,otlp', ['gcp_trace', 'otlp']), /no gcp_trace/);
});

test('without an exporter there is no sink, and nothing has failed', async (t) => {
  assert.deepEqual(await sinksOf(t, 'none', []), { names: [], logged: [] });
});

test('spans get the resource that is known when they are written', async () => {
  const written: { span: string; resource: Resource }[] = [];
  const { promise, resolve } = Promise.withResolvers<Resource>();
  const sink = withResource(
    {
      name: 'sink',
      pack: () => Buffer.from(''),
      async write(packed, _signal, resource) {
        written.push(...packed.map((span) => ({ span: span.toString(), resource })));
        return { rejected: 0 };
      },
      async close() {},
    },
    () => promise,
  );
  const writing = sink.write([Buffer.from('span')], new AbortController().signal);
  resolve(resourceFromAttributes({ 'cloud.region': 'us-central1' }));
  await writing;
  assert.deepEqual(
    written.map(({ span, resource }) => [span, resource.attributes]),
    [['span', { 'cloud.region': 'us-central1' }]],
  );
});
