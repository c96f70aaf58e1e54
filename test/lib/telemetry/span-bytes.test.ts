import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BasicTracerProvider, type ReadableSpan, type Span } from '@opentelemetry/sdk-trace-base';
import { estimateBytes } from '../../../lib/telemetry/span-bytes.ts';

const tracer = new BasicTracerProvider().getTracer('test');

function bytesOf(fill: (span: Span) => void): number {
  const span = tracer.startSpan('span') as unknown as Span & ReadableSpan;
  fill(span);
  span.end();
  return estimateBytes([span]);
}

test('whatever a span carries counts by its length', () => {
  const bare = bytesOf(() => {});
  const text = 'x'.repeat(10_000);
  for (const [name, fill] of [
    ['an attribute', (span) => span.setAttribute('key', text)],
    ['a list', (span) => span.setAttribute('key', [text])],
    ['an event', (span) => span.addEvent('event', { key: text })],
    ['a link', (span) => span.addLink({ context: span.spanContext(), attributes: { key: text } })],
    ['a name', (span) => span.updateName(text)],
  ] satisfies [string, (span: Span) => void][]) {
    assert.ok(bytesOf(fill) >= bare + text.length, name);
  }
});

test('numbers and empty events count too', () => {
  const bare = bytesOf(() => {});
  assert.ok(bytesOf((span) => span.setAttribute('key', 1)) > bare);
  assert.ok(bytesOf((span) => span.addEvent('event')) > bare);
});

test('the spans of a batch are added up', () => {
  const spans = ['a', 'b'].map((name) => tracer.startSpan(name) as unknown as ReadableSpan);
  assert.equal(estimateBytes(spans), 2 * estimateBytes(spans.slice(1)));
});
