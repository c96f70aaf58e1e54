import { LOCAL_PROJECT } from '../../../cli/local-project.ts';
import type { Span, Trace } from '../../../traces/model.ts';

export type SpanListener = (span: Span, state: { duplicate: boolean }) => void;

export type TraceStoreStats = Readonly<{
  traces: number;
  /** Kept now, copies included. */
  spans: number;
  /** Copies of spans that were stored before, since the start. */
  duplicates: number;
  evictedTraces: number;
  evictedSpans: number;
}>;

export type TraceStore = Readonly<{
  projectId: string;
  write(spans: readonly Span[]): void;
  /** Every trace, oldest first; a span id occurs once in each (the first copy). */
  traces(): Trace[];
  trace(traceId: string): Trace | undefined;
  /** All that was written for a trace, copies too: what the real read API returns. */
  stored(traceId: string): readonly Span[];
  traceIds(): string[];
  /** Calls back at each write, copies included; returns how to stop. */
  onSpan(listener: SpanListener): () => void;
  /**
   * Calls back with each span before it is stored, and stores what is returned: for what only a
   * platform knows about a span. Returns how to stop.
   */
  annotate(mark: (span: Span) => Span): () => void;
  stats(): TraceStoreStats;
  clear(): void;
}>;

type Held = { written: Span[]; byId: Map<string, Span> };

/** About 300 MB of our spans: far more than a day's runs make. */
const MAX_SPANS = 200_000;

/**
 * The spans, in memory. With more than `maxSpans`, complete traces are evicted, the oldest first, and
 * counted: a trace with some spans evicted would look like a fault of the programs.
 */
export function createTraceStore(
  options: { projectId?: string; maxSpans?: number } = {},
): TraceStore {
  const { projectId = LOCAL_PROJECT.projectId, maxSpans = MAX_SPANS } = options;
  const traces = new Map<string, Held>();
  const listeners = new Set<SpanListener>();
  const marks = new Set<(span: Span) => Span>();
  const counts = { spans: 0, duplicates: 0, evictedTraces: 0, evictedSpans: 0 };
  const asTrace = (traceId: string, held: Held): Trace => ({
    traceId,
    projectId,
    spans: [...held.byId.values()],
  });
  const evict = () => {
    for (const [traceId, held] of traces) {
      if (counts.spans <= maxSpans) return;
      traces.delete(traceId);
      counts.spans -= held.written.length;
      counts.evictedTraces += 1;
      counts.evictedSpans += held.written.length;
    }
  };
  return {
    projectId,
    write(spans) {
      for (const written of spans) {
        let span = written;
        for (const mark of marks) span = mark(span);
        let held = traces.get(span.traceId);
        if (!held) {
          held = { written: [], byId: new Map() };
          traces.set(span.traceId, held);
        }
        const duplicate = held.byId.has(span.spanId);
        held.written.push(span);
        if (duplicate) counts.duplicates += 1;
        else held.byId.set(span.spanId, span);
        counts.spans += 1;
        for (const listener of listeners) listener(span, { duplicate });
      }
      evict();
    },
    traces: () => [...traces].map(([traceId, held]) => asTrace(traceId, held)),
    trace(traceId) {
      const held = traces.get(traceId);
      return held && asTrace(traceId, held);
    },
    stored: (traceId) => [...(traces.get(traceId)?.written ?? [])],
    traceIds: () => [...traces.keys()],
    onSpan(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    annotate(mark) {
      marks.add(mark);
      return () => marks.delete(mark);
    },
    stats: () => ({ traces: traces.size, ...counts }),
    clear() {
      traces.clear();
      counts.spans = 0;
    },
  };
}
