import { type Deviation, type DeviationKind, NO_EXAMPLE } from '../deviation.ts';
import type { Span, Trace } from '../model.ts';
import { type Halves, halfLike, halvesOf, isSharedBy, tellSharedApart } from './shared-spans.ts';

/** Spans outside of these years have times in another unit, as a rule: nobody traced so. */
const FIRST_PLAUSIBLE_MS = Date.UTC(2000, 0, 1);
const LAST_PLAUSIBLE_MS = Date.UTC(2100, 0, 1);
/** No request that somebody waits for lasts so long. */
const LONGEST_PLAUSIBLE_MS = 24 * 60 * 60 * 1_000;

/**
 * One trace of spans that may have come in any order and more than once. A retried write stores a
 * span twice: the first copy stays, unless its times cannot be and those of another can. A client and
 * its server may share an id.
 */
export function toTrace(
  traceId: string,
  projectId: string,
  spans: readonly Span[],
  { add }: Readonly<{ add(deviation: Deviation): void }>,
): Trace {
  const byId = new Map<string, Span>();
  const shared = new Map<string, Halves>();
  const tell = (kind: DeviationKind, span: Span, value: string | null) =>
    add({ kind, count: 1, example: { ...NO_EXAMPLE, traceId, spanId: span.spanId, value } });
  for (const span of spans) {
    const halves = shared.get(span.spanId);
    const known = halves === undefined ? byId.get(span.spanId) : halfLike(halves, span);
    if (known === undefined) byId.set(span.spanId, span);
    else if (halves === undefined && isSharedBy(known, span)) {
      const both = halvesOf(known, span);
      shared.set(span.spanId, both);
      byId.set(span.spanId, both.client);
      tell('shared-span', span, `${known.name} and ${span.name}`);
    } else if (JSON.stringify(known) === JSON.stringify(span)) tell('duplicate-span', span, null);
    else {
      tell('conflicting-span', span, `${known.name} and ${span.name}`);
      const isBetter = known.impossible !== undefined && span.impossible === undefined;
      if (isBetter && halves === undefined) byId.set(span.spanId, span);
    }
  }
  const distinct = byId.size === spans.length ? spans : [...byId.values()];
  const kept = shared.size === 0 ? distinct : tellSharedApart(distinct, shared);
  for (const span of kept) {
    if (span.name === '') tell('unnamed-span', span, null);
    if (span.impossible !== undefined) continue;
    const { startMs, endMs } = span;
    if (startMs < FIRST_PLAUSIBLE_MS || startMs > LAST_PLAUSIBLE_MS) {
      tell('implausible-date', span, new Date(startMs).toISOString());
    }
    if (endMs - startMs > LONGEST_PLAUSIBLE_MS) {
      tell(
        'implausible-duration',
        span,
        `${new Date(startMs).toISOString()} to ${new Date(endMs).toISOString()}`,
      );
    }
  }
  return { traceId, projectId, spans: withPlaces(kept) };
}

/** Gives spans without a possible time a moment of their trace, at which they may be drawn. */
function withPlaces(spans: readonly Span[]): readonly Span[] {
  if (spans.every(({ impossible }) => impossible === undefined)) return spans;
  let firstMs = Number.POSITIVE_INFINITY;
  for (const { impossible, startMs } of spans) {
    if (impossible === undefined) firstMs = Math.min(firstMs, startMs);
  }
  return spans.map((span) => {
    if (span.impossible === undefined) return span;
    const atMs = Number.isFinite(firstMs) ? firstMs : span.startMs;
    return { ...span, startMs: atMs, endMs: atMs };
  });
}
