import type { Span, Trace } from '../../../tools/traces/model.ts';
import { CLOUD_RUN, healthyTraces, idOf, type Part } from './healthy-traces.ts';

/** Changes spans of the Cloud Run request; null takes a span out. */
export function change(
  changes: Partial<Record<Part, (span: Span) => Span | null>>,
): readonly Trace[] {
  const byId = new Map(
    Object.entries(changes).map(([part, apply]) => [idOf(part as Part), apply] as const),
  );
  return healthyTraces().map((trace) =>
    trace.traceId === CLOUD_RUN
      ? {
          ...trace,
          spans: trace.spans.flatMap((span) => {
            const apply = byId.get(span.spanId);
            return (apply ? apply(span) : span) ?? [];
          }),
        }
      : trace,
  );
}

export const remove = () => null;

export const set =
  (attributes: Readonly<Record<string, string>>) =>
  (span: Span): Span => ({ ...span, attributes: { ...span.attributes, ...attributes } });

export const unset =
  (...keys: readonly string[]) =>
  (span: Span): Span => ({
    ...span,
    attributes: Object.fromEntries(
      Object.entries(span.attributes).filter(([key]) => !keys.includes(key)),
    ),
  });

export const moveTo =
  (parent: Part) =>
  (span: Span): Span => ({ ...span, parentSpanId: idOf(parent) });

export const shift =
  (byMs: number) =>
  (span: Span): Span => ({
    ...span,
    startMs: span.startMs + byMs,
    endMs: span.endMs + byMs,
    ...(span.events && {
      events: span.events.map((event) => ({ ...event, timeMs: event.timeMs + byMs })),
    }),
  });

export const withoutParent = ({ parentSpanId: _, ...span }: Span): Span => span;

/** Its parent is a span that nobody stored. */
export const moveToNobody = (span: Span): Span => ({ ...span, parentSpanId: 'f'.repeat(16) });

/** Not one attribute or name of ours: what a program in another language writes. */
export const foreign =
  (name: string) =>
  (span: Span): Span => ({
    ...span,
    name,
    attributes: { 'service.name': 'server', 'url.path': '/health' },
  });

/** A program in another language has no spans of the works. */
export const WITHOUT_WORKS = { read: remove, object: remove, search: remove };
