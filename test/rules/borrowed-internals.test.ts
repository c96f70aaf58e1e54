import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { TraceExporter } from '@google-cloud/opentelemetry-cloud-trace-exporter';
import { Client, credentials } from '@grpc/grpc-js';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { ROOT, readSources } from './sources.ts';

/**
 * What the programs use of a package without its promise to keep it: a new version may change it
 * without a word. Each stands in one file. Before you raise a version here, check what `recheck`
 * says; the tests below show that the field is still there, not that it still means the same.
 */
const BORROWED = [
  {
    package: '@opentelemetry/sdk-trace-base',
    version: '2.12.0',
    file: 'lib/telemetry/fine-clock.ts',
    use: /as \{ startTime: HrTime \}/,
    recheck: 'refineStart writes Span.startTime: end and events are still counted from it',
  },
  {
    package: '@opentelemetry/sdk-trace-base',
    version: '2.12.0',
    file: 'lib/telemetry/span-processor.ts',
    use: /as \{ parentSpanContext\?: SpanContext \}/,
    recheck: 'makeRoot deletes Span.parentSpanContext: exporters still take the parent from it',
  },
  {
    package: '@opentelemetry/sdk-trace-base',
    version: '2.12.0',
    file: 'lib/telemetry/packed-span.ts',
    use: /as unknown as ReadableSpan/,
    recheck: 'BatchSpanProcessor looks at spanContext and resource of a span, and at nothing else',
  },
  {
    package: '@opentelemetry/sdk-trace-base',
    version: '2.12.0',
    file: 'lib/telemetry/unmeasured.ts',
    use: /_tracerMetrics/,
    recheck:
      'Tracer._tracerMetrics only counts, and may return nothing to call at the end of a span',
  },
  {
    package: '@google-cloud/opentelemetry-cloud-trace-exporter',
    version: '3.1.0',
    file: 'lib/telemetry/cloud-trace-exporter.ts',
    use: /_traceServiceClient/,
    recheck: 'convert takes the call that export makes of TraceExporter._traceServiceClient',
  },
  {
    package: '@google-cloud/opentelemetry-cloud-trace-exporter',
    version: '3.1.0',
    file: 'lib/telemetry/cloud-trace-connection.ts',
    use: /_getClient/,
    recheck: 'TraceExporter._getClient finds credentials and makes a gRPC client with them',
  },
  {
    package: '@grpc/grpc-js',
    version: '1.14.7',
    file: 'lib/telemetry/cloud-trace-connection.ts',
    use: /internalChannel/,
    recheck: 'Channel.internalChannel has the credentials and options that it was made with',
  },
  {
    package: '@grpc/grpc-js',
    version: '1.14.7',
    file: 'lib/telemetry/cloud-trace-status.ts',
    use: /No connection established/,
    recheck: 'its own words tell a call that was not sent from one whose connection broke',
  },
  {
    package: '@grpc/grpc-js',
    version: '1.14.7',
    file: 'lib/closed-calls.ts',
    use: /grpc-js\/build\/src\/transport\.js/,
    recheck: 'Transport.activeCalls is a Set of which it uses add, delete, size and iteration',
  },
  {
    package: '@google-cloud/functions-framework',
    version: '5.0.5',
    file: 'functions/loadgen/server.ts',
    use: /functions-framework\/testing/,
    recheck: 'the server of getTestServer has one request listener, an Express application',
  },
] as const;

describe('what leans on the inside of a package', () => {
  for (const { package: name, version, file, use, recheck } of BORROWED) {
    it(`stands in ${file} alone, against ${name} ${version}: ${recheck}`, () => {
      const manifest = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
      const installed: string = JSON.parse(manifest).version;
      assert.equal(installed, version, `${name} is ${installed} now; check again that ${recheck}`);
      const users = readSources('functions', 'services', 'lib')
        .filter(({ content }) => use.test(content))
        .map(({ path }) => path);
      assert.deepEqual(users, [file]);
    });
  }

  it('finds the fields of a span that it writes', () => {
    const tracer = new BasicTracerProvider().getTracer('test');
    const parent = trace.wrapSpanContext({
      traceId: '1'.repeat(32),
      spanId: '1'.repeat(16),
      traceFlags: 1,
    });
    const child = tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, parent));
    assert.ok(Object.getOwnPropertyDescriptor(child, 'startTime')?.writable);
    assert.ok(Object.getOwnPropertyDescriptor(child, 'parentSpanContext')?.configurable);
  });

  it('finds the metrics of a tracer, whose end a span calls where there is one', () => {
    const tracer = new BasicTracerProvider().getTracer('test');
    assert.ok(Object.getOwnPropertyDescriptor(tracer, '_tracerMetrics')?.writable);
    const span = tracer.startSpan('span');
    assert.match(span.end.toString(), /this\._recordEndMetrics\?\.\(\)/);
  });

  it('finds the client of the Cloud Trace exporter, which is made at the first export', () => {
    const exporter = new TraceExporter({ projectId: 'test-project' });
    const words = exporter.export.toString() + Object.getPrototypeOf(exporter).constructor;
    assert.match(words, /if \(this\._traceServiceClient\) \{\s+return this\._traceServiceClient;/);
    assert.match(words, /async _getClient\(\)/);
  });

  it('finds the credentials and options of a gRPC client', () => {
    const creds = credentials.createInsecure();
    const client = new Client('localhost:1', creds, { 'grpc.primary_user_agent': 'test' });
    const { internalChannel } = client.getChannel() as unknown as {
      internalChannel: { credentials: object; options: object };
    };
    client.close();
    assert.equal(internalChannel.credentials, creds);
    assert.deepEqual(internalChannel.options, { 'grpc.primary_user_agent': 'test' });
  });

  it('finds one listener on the framework’s server', () => {
    http('borrowed', () => {});
    assert.equal(getTestServer('borrowed').listeners('request').length, 1);
  });
});
