import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultTextMapGetter, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createLedger } from '../../../lib/telemetry/ledger.ts';
import { createPropagator } from '../../../lib/telemetry/propagator.ts';
import { createSpanProcessor } from '../../../lib/telemetry/span-processor.ts';

const T = '105445aa7843bc8bf206b12000100000';
const P = '00f067aa0ba902b7';
const F = '000000000000007b';

const propagator = createPropagator(['gcp_trace', 'tracecontext', 'b3']);
const extract = (headers: Record<string, string>) =>
  propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);

function setUp() {
  const ledger = createLedger({ hasExporter: true });
  const seen = { firstSpans: 0, stopped: false };
  const exporter = new InMemorySpanExporter();
  const entry = createSpanProcessor({
    ledger,
    onFirstSpan: () => void seen.firstSpans++,
    isStopped: () => seen.stopped,
  });
  const provider = new BasicTracerProvider({
    spanProcessors: [entry, new SimpleSpanProcessor(exporter)],
  });
  return { tracer: provider.getTracer('test'), ledger, seen, exporter };
}

/** The server span of a request with these headers, with a span below it, as they are stored. */
function serve(headers: Record<string, string>): { server?: ReadableSpan; below?: ReadableSpan } {
  const { tracer, exporter } = setUp();
  const context = extract(headers);
  const server: Span = tracer.startSpan('server', { kind: SpanKind.SERVER }, context);
  tracer.startSpan('below', { kind: SpanKind.SERVER }, trace.setSpan(context, server)).end();
  server.end();
  const find = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);
  const [stored, below] = [find('server'), find('below')];
  return { ...(stored && { server: stored }), ...(below && { below }) };
}

test('the first span is reported once', () => {
  const { tracer, seen } = setUp();
  assert.equal(seen.firstSpans, 0);
  tracer.startSpan('first').end();
  tracer.startSpan('second').end();
  assert.equal(seen.firstSpans, 1);
});

test('spans are counted as they start and end, and those that end too late apart', () => {
  const { tracer, ledger, seen } = setUp();
  const spans = ['a', 'b', 'c'].map((name) => tracer.startSpan(name));
  spans[0]?.end();
  seen.stopped = true;
  spans[1]?.end();
  const { started, ended, reasons } = ledger.final();
  assert.deepEqual([started, ended], [3, 2]);
  assert.deepEqual([reasons.afterShutdown, reasons.unfinished], [1, 1]);
});

test('a server span says how its parent was found, the spans below it do not', () => {
  const { server, below } = serve({
    'x-cloud-trace-context': `${T}/123;o=1`,
    b3: `${T}-${P}-1`,
  });
  assert.equal(server?.parentSpanContext?.spanId, P);
  assert.deepEqual(server?.attributes, {
    'shakesapp.parent.source': 'b3',
    'shakesapp.front_end.span_id': F,
  });
  assert.deepEqual(below?.attributes, {});
});

test('a parent from outside is marked', () => {
  const { server } = serve({ traceparent: `00-${T}-${F}-01` });
  assert.deepEqual(server?.attributes, {
    'shakesapp.parent.source': 'tracecontext',
    'shakesapp.parent.external': 'true',
  });
});

test('a trace that was named without a span begins here: one root, in that trace', () => {
  const { server, below } = serve({ 'x-cloud-trace-context': `${T}/0;o=1` });
  assert.equal(server?.spanContext().traceId, T);
  assert.equal(server?.parentSpanContext, undefined);
  assert.deepEqual(server?.attributes, { 'shakesapp.parent.source': 'gcp_trace' });
  assert.equal(below?.spanContext().traceId, T);
  assert.equal(below?.parentSpanContext?.spanId, server?.spanContext().spanId);
});

test('a trace that was named without a span and not to be sampled stores nothing', () => {
  assert.deepEqual(serve({ 'x-cloud-trace-context': `${T};o=0` }), {});
});

test('without headers a server span is the root of a new trace, unmarked', () => {
  const { server } = serve({});
  assert.equal(server?.parentSpanContext, undefined);
  assert.deepEqual(server?.attributes, {});
});
