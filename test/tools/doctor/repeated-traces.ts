import assert from 'node:assert/strict';
import { ATTR } from '../../../lib/telemetry/names.ts';
import { createDiagnosis, type Verdict } from '../../../tools/doctor/diagnose.ts';
import { createKnownShapes } from '../../../tools/doctor/known-shapes.ts';
import type { Span, Trace } from '../../../tools/traces/model.ts';

/** The same trace once more: other ids, times and labels that always differ. */
export function copyOf({ projectId, spans }: Trace, number: number): Trace {
  const traceId = number.toString(16).padStart(32, '7');
  const idOf = (id: string) => number.toString(16).padStart(6, '0') + id.slice(6);
  const firstMs = Math.min(...spans.map(({ startMs }) => startMs));
  const atMs = (ms: number) => firstMs + number * 100 + (ms - firstMs) * (1 + (number % 8) / 8);
  return {
    ...{ traceId, projectId },
    spans: spans.map(({ parentSpanId, ...span }) => ({
      ...{ ...span, traceId, spanId: idOf(span.spanId) },
      ...(parentSpanId !== undefined && { parentSpanId: idOf(parentSpanId) }),
      startMs: atMs(span.startMs),
      endMs: atMs(span.endMs),
      attributes: Object.fromEntries(
        Object.entries(span.attributes).map(([key, value]) => {
          if (key === ATTR.frontEndSpanId) return [key, idOf(value)];
          return [key, key === ATTR.sequence ? String(number) : value];
        }),
      ),
    })),
  };
}

/** A trace's spans come in any order. */
const ORDERS = [
  (spans: readonly Span[]) => spans,
  (spans: readonly Span[]) => spans.toReversed(),
  (spans: readonly Span[]) => [...spans.slice(1), ...spans.slice(0, 1)],
];
export const inAnOrder = (spans: readonly Span[], number: number): readonly Span[] =>
  ORDERS[number % ORDERS.length]?.(spans) ?? spans;

/** More than rules list places of. */
export const UNCHANGED = 110;

export function* oftenUnchanged(traces: readonly Trace[]): Generator<Trace> {
  for (let round = 0; round < UNCHANGED; round += 1) {
    for (const [place, trace] of traces.entries()) {
      const { spans, ...copy } = copyOf(trace, round * traces.length + place);
      yield { ...copy, spans: inAnOrder(spans, round) };
    }
  }
}

/** That doctor says of traces with a known shape what it says of each by itself. */
export function assertSame(traces: readonly Trace[]): void {
  const known = createDiagnosis(undefined);
  const each = createDiagnosis(undefined, undefined, createKnownShapes<Verdict>(Infinity));
  for (const trace of traces) {
    known.see(trace);
    each.see(trace);
  }
  const [found, expected] = [known.finish(), each.finish()];
  if (JSON.stringify(found) !== JSON.stringify(expected)) assert.deepEqual(found, expected);
}
