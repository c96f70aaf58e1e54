import { ATTR } from '../../lib/telemetry/names.ts';
import { factsOf } from './facts.ts';
import type { Span } from './model.ts';

/** Service shown for spans that the platform's front end stored itself. */
export const FRONT_END = 'front-end';

/** What Google's front ends call themselves in the spans that they store. */
const COMPONENT = '/component';
const GOOGLE_FRONT_ENDS: ReadonlySet<string> = new Set(['AppServer', 'HTTP load balancer']);

const NONE: ReadonlySet<string> = new Set();

/**
 * The ids of the spans of a trace that the platform's front end stored. Never one of the system's own
 * programs; otherwise a span
 * - whose id a server received in X-Cloud-Trace-Context although its parent, by b3, is another;
 * - that calls itself one;
 * - that names no program and passes a request on without a client's span between: its child is a
 *   server's span, or another front end's.
 * A span that merely names no service is a program's, whose resource is lost.
 */
export function frontEndsOf(spans: readonly Span[]): ReadonlySet<string> {
  if (spans.every(isOwn)) return NONE;
  const received = new Set(spans.map((span) => span.attributes[ATTR.frontEndSpanId]));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const found = new Set<string>();
  for (const span of spans) {
    const isOne = !isOwn(span) && (received.has(span.spanId) || callsItselfOne(span));
    if (!isOne && !(span.kind === 'server' && factsOf(span).hasProgramName)) continue;
    if (isOne) found.add(span.spanId);
    let above = byId.get(span.parentSpanId ?? '');
    while (above !== undefined && passesOn(above) && !found.has(above.spanId)) {
      found.add(above.spanId);
      above = byId.get(above.parentSpanId ?? '');
    }
  }
  return found;
}

const isOwn = (span: Span): boolean => factsOf(span).ofTheSystem;

const callsItselfOne = (span: Span): boolean =>
  !factsOf(span).hasProgramName && GOOGLE_FRONT_ENDS.has(span.attributes[COMPONENT] ?? '');

const passesOn = (span: Span): boolean => span.kind === 'server' && !factsOf(span).hasProgramName;
