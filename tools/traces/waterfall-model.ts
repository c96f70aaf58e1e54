export type WaterfallEvent = Readonly<{
  name: string;
  /** From the root's start. */
  offsetMs: number;
  attributes: Readonly<Record<string, string>>;
}>;

export type WaterfallSpan = Readonly<{
  spanId: string;
  /** In the normalised tree; null for the root and for orphans. */
  parentSpanId: string | null;
  /** Pairs a span with its counterpart in the other cohort (same path, same colour). */
  path: string;
  service: string;
  name: string;
  kind: 'internal' | 'server' | 'client';
  depth: number;
  /** From the root's start, after correction of clock skew; may be negative for an orphan. */
  offsetMs: number;
  durationMs: number;
  /** Time on which no child was working; of a client span above a server span: the gap. */
  selfMs: number;
  /** Milliseconds by which the span was shifted to mend clock skew; 0 as a rule. */
  shiftedMs: number;
  /** The platform's own span, re-nested between client and server. */
  frontEnd: boolean;
  orphan: boolean;
  cold: boolean;
  /** null: no error. */
  error: Readonly<{ type: string; message: string }> | null;
  attributes: Readonly<Record<string, string>>;
  /** null where the source has none to give (Cloud Trace's v1 read API). */
  events: readonly WaterfallEvent[] | null;
}>;

/** One trace ready to draw: spans depth first, each row below its parent. */
export type Waterfall = Readonly<{
  traceId: string;
  projectId: string;
  startMs: number;
  durationMs: number;
  whole: boolean;
  /** First of an instance; in a comparison, also who waited for such a one. */
  cold: boolean;
  /** Where to open it; null where the source was not Cloud Trace. */
  consoleUrl: string | null;
  spans: readonly WaterfallSpan[];
}>;
