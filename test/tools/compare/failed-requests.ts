import { ATTR } from '../../../lib/telemetry/names.ts';
import type { Trace } from '../../../tools/traces/model.ts';
import { requestTrace, spanIdOf, without } from '../traces/request-trace.ts';

type Layout = Parameters<typeof requestTrace>[0];

/** client gave up on server, which works on for five seconds; the caller got a 504. */
export const timedOut = (layout: Layout): Trace =>
  changed(requestTrace(layout), {
    1: { [ATTR.errorType]: 'http_504' },
    2: { 'http.response.status_code': '504' },
    3: { 'http.response.status_code': '504' },
    4: { [ATTR.errorType]: 'deadlineExceeded' },
    5: { 'rpc.grpc.status_code': '4' },
    6: { 'rpc.grpc.status_code': '1' },
  });

/** The front end of client had no instance for it: no program but loadgen has a span. */
export const refused = (layout: Layout): Trace =>
  without(
    changed(requestTrace(layout), {
      1: { [ATTR.errorType]: 'http_429' },
      2: { 'http.response.status_code': '429' },
    }),
    ...[3, 4, 5, 6, 7, 8, 9, 10],
  );

/** Spans with these attributes besides; a server's that was cancelled ends late, with its search. */
function changed(
  trace: Trace,
  attributes: Readonly<Record<number, Readonly<Record<string, string>>>>,
): Trace {
  const cancelled = attributes[6] !== undefined;
  const own = new Map(Object.entries(attributes).map(([id, own]) => [spanIdOf(Number(id)), own]));
  const late = new Set([6, 10].map(spanIdOf));
  return {
    ...trace,
    spans: trace.spans.map((span) => ({
      ...span,
      endMs: cancelled && late.has(span.spanId) ? span.endMs + 5_000 : span.endMs,
      attributes: { ...span.attributes, ...own.get(span.spanId) },
    })),
  };
}
