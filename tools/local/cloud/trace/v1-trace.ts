import type { Span } from '../../../traces/model.ts';

/** https://cloud.google.com/trace/docs/reference/v1/rest/v1/projects.traces#TraceSpan */
export type V1Span = {
  /** A decimal uint64: no events, links or status, and only two kinds. */
  spanId: string;
  kind?: 'RPC_SERVER' | 'RPC_CLIENT';
  name: string;
  startTime: string;
  endTime: string;
  parentSpanId?: string;
  labels?: Record<string, string>;
};

const KINDS = { server: 'RPC_SERVER', client: 'RPC_CLIENT', internal: undefined } as const;

export function toV1Span(span: Span): V1Span {
  const kind = KINDS[span.kind];
  return {
    spanId: decimal(span.spanId),
    ...(kind && { kind }),
    name: span.name,
    startTime: timestamp(span.startMs),
    endTime: timestamp(span.endMs),
    ...(span.parentSpanId !== undefined && { parentSpanId: decimal(span.parentSpanId) }),
    ...(Object.keys(span.attributes).length > 0 && { labels: { ...span.attributes } }),
  };
}

const decimal = (hex: string): string => BigInt(`0x${hex}`).toString();

/** RFC 3339 with nanoseconds, cut where the model's doubles end: at a quarter of a microsecond. */
function timestamp(ms: number): string {
  const whole = Math.floor(ms);
  const nanos = Math.round((ms - whole) * 1e6);
  const iso = new Date(nanos === 1e6 ? whole + 1 : whole).toISOString();
  return `${iso.slice(0, -1)}${String(nanos % 1e6).padStart(6, '0')}Z`;
}
