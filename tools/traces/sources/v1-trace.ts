import type { cloudtrace_v1 } from '@googleapis/cloudtrace';
import type { Span, SpanKind, Trace } from '../model.ts';
import { withoutDuplicates } from './source.ts';

/**
 * A trace as Cloud Trace's v1 API returns it: decimal uint64 ids, two kinds, string labels; no
 * events, links or status. Spans without an id or a time are left out.
 * https://cloud.google.com/trace/docs/reference/v1/rest/v1/projects.traces
 */
export function parseV1Trace(trace: cloudtrace_v1.Schema$Trace): Trace {
  const traceId = (trace.traceId ?? '').toLowerCase();
  const spans = (trace.spans ?? []).flatMap((span): Span[] => {
    const spanId = hexId(span.spanId);
    const startMs = parseTimestampMs(span.startTime);
    const endMs = parseTimestampMs(span.endTime);
    if (spanId === undefined || startMs === undefined || endMs === undefined) return [];
    const parentSpanId = hexId(span.parentSpanId);
    return [
      {
        traceId,
        spanId,
        ...(parentSpanId === undefined ? {} : { parentSpanId }),
        name: span.name ?? '',
        kind: KINDS[span.kind ?? ''] ?? 'internal',
        startMs,
        endMs,
        attributes: span.labels ?? {},
      },
    ];
  });
  return { traceId, projectId: trace.projectId ?? '', spans: withoutDuplicates(spans) };
}

const KINDS: Readonly<Record<string, SpanKind>> = { RPC_SERVER: 'server', RPC_CLIENT: 'client' };

/** A decimal uint64 as 16 hex digits; 0 stands for none. */
function hexId(decimal: string | null | undefined): string | undefined {
  if (!decimal || !/^\d{1,20}$/.test(decimal) || /^0+$/.test(decimal)) return undefined;
  return BigInt(decimal).toString(16).padStart(16, '0');
}

/** RFC 3339 with up to nine decimals; Date.parse alone would cut at the millisecond. */
export function parseTimestampMs(timestamp: string | null | undefined): number | undefined {
  const match = /^(.{19})(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(timestamp ?? '');
  const wholeMs = Date.parse(`${match?.[1]}${match?.[3]}`);
  return Number.isFinite(wholeMs) ? wholeMs + Number(`0${match?.[2] ?? ''}`) * 1_000 : undefined;
}
