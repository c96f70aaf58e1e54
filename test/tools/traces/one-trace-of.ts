import type { Span, Trace } from '../../../tools/traces/model.ts';
import { requestTrace, spanIdOf } from './request-trace.ts';

const TRACE_ID = requestTrace().traceId;

/** The spans of another request under the same trace id, with other span ids. */
function asAnother(trace: Trace, by: number): readonly Span[] {
  const moved = (id: string) => spanIdOf(Number.parseInt(id, 16) + by);
  return trace.spans.map((span) => ({
    ...span,
    traceId: TRACE_ID,
    spanId: moved(span.spanId),
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: moved(span.parentSpanId) }),
  }));
}

/** These requests under one trace id. */
export const oneTraceOf = (...traces: readonly Trace[]): Trace => ({
  ...requestTrace(),
  spans: traces.flatMap((trace, index) => asAnother(trace, index * 64)),
});
