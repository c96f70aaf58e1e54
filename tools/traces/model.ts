/**
 * The one model of a trace that every source delivers and every tool reads. Attribute values are
 * strings, because Cloud Trace's v1 read API has nothing else. Times are milliseconds since the
 * Unix epoch as doubles (resolution about 0.25 µs).
 */

export type SpanKind = 'internal' | 'server' | 'client';

export type SpanEvent = Readonly<{
  name: string;
  timeMs: number;
  attributes: Readonly<Record<string, string>>;
}>;

export type Span = Readonly<{
  traceId: string;
  /** 16 lower-case hex digits. */
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: SpanKind;
  startMs: number;
  endMs: number;
  /**
   * Why its times cannot be, as they were read. The span keeps its edges; startMs and endMs are
   * one moment at which it may be drawn, and no figure may use them.
   */
  impossible?: string;
  /** Span and resource attributes together, as Cloud Trace stores them (labels). */
  attributes: Readonly<Record<string, string>>;
  /** Absent where the source has none to give (Cloud Trace v1), empty where there were none. */
  events?: readonly SpanEvent[];
  links?: readonly Readonly<{ traceId: string; spanId: string }>[];
  /** Absent where the source does not tell; the attribute `error.type` says it too. */
  status?: Readonly<{ error: boolean; message?: string }>;
}>;

export type Trace = Readonly<{
  traceId: string;
  projectId: string;
  /** In any order; a span id occurs once (sources remove what a retry stored twice). */
  spans: readonly Span[];
}>;
