import { ATTR, SERVICES } from '../../lib/telemetry/names.ts';
import type { Span } from './model.ts';
import { hasProgramName, serviceOf } from './span.ts';

/** Service shown for spans that the platform's front end stored itself. */
export const FRONT_END = 'front-end';

/** What Google's front ends call themselves in the spans that they store. */
const COMPONENT = '/component';
const GOOGLE_FRONT_ENDS: ReadonlySet<string> = new Set(['AppServer', 'HTTP load balancer']);

/**
 * Which spans of a trace the platform's front end stored. Never one of the system's own programs;
 * otherwise a span
 * - whose id a server received in X-Cloud-Trace-Context although its parent, by b3, is another;
 * - that calls itself one;
 * - that names no program and passes a request on without a client's span between: its child is a
 *   server's span, or another front end's.
 * A span that merely names no service is a program's, whose resource is lost.
 */
export function frontEndTest(spans: readonly Span[]): (span: Span) => boolean {
  const received = new Set(spans.map((span) => span.attributes[ATTR.frontEndSpanId]));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const found = new Set<string>();
  for (const span of spans) {
    const own = hasProgramName(span) && isOfTheSystem(span);
    const isOne = !own && (received.has(span.spanId) || callsItselfOne(span));
    if (!isOne && !(span.kind === 'server' && hasProgramName(span))) continue;
    if (isOne) found.add(span.spanId);
    let above = byId.get(span.parentSpanId ?? '');
    while (above !== undefined && passesOn(above) && !found.has(above.spanId)) {
      found.add(above.spanId);
      above = byId.get(above.parentSpanId ?? '');
    }
  }
  return ({ spanId }) => found.has(spanId);
}

const isOfTheSystem = (span: Span): boolean =>
  (SERVICES as readonly string[]).includes(serviceOf(span));

const callsItselfOne = (span: Span): boolean =>
  !hasProgramName(span) && GOOGLE_FRONT_ENDS.has(span.attributes[COMPONENT] ?? '');

const passesOn = (span: Span): boolean => span.kind === 'server' && !hasProgramName(span);
