import assert from 'node:assert/strict';
import type { Trace } from '../../../tools/traces/model.ts';

/** What every source promises of a trace that it returns. */
export function assertReadable(traces: readonly Trace[]): void {
  for (const { traceId, spans } of traces) {
    assert.match(traceId, /^(?!0{32})[0-9a-f]{32}$/);
    assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length, 'a span is twice');
    for (const span of spans) {
      assert.equal(span.traceId, traceId);
      assert.match(span.spanId, /^(?!0{16})[0-9a-f]{16}$/);
      if (span.parentSpanId !== undefined)
        assert.match(span.parentSpanId, /^(?!0{16})[0-9a-f]{16}$/);
      assert.equal(typeof span.name, 'string');
      if (span.impossible === undefined) {
        assert.ok(Number.isFinite(span.startMs) && Number.isFinite(span.endMs), 'no time');
        assert.ok(span.endMs >= span.startMs, 'the end is before the start');
      }
      for (const value of Object.values(span.attributes)) assert.equal(typeof value, 'string');
    }
  }
}

/** The same for the same traces, whatever order they came in. */
export function digestOf(traces: readonly Trace[]): string {
  return JSON.stringify(
    traces
      .map(({ traceId, spans }) => [traceId, spans.map((span) => JSON.stringify(span)).sort()])
      .sort(),
  );
}
