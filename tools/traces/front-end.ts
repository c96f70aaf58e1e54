import { ATTR } from '../../lib/telemetry/names.ts';
import type { Facts } from './facts.ts';
import type { Span } from './model.ts';

/** Service shown for spans that the platform's front end stored itself. */
export const FRONT_END = 'front-end';

/** What Google's front ends call themselves in the spans that they store. */
const COMPONENT = '/component';
const GOOGLE_FRONT_ENDS: ReadonlySet<string> = new Set(['AppServer', 'HTTP load balancer']);

/**
 * Which spans of a trace the platform's front end stored, by their place; `facts` are theirs, and
 * `placeOf` knows it by span id. Never one of the system's own programs; otherwise a span
 * - whose id a server received in X-Cloud-Trace-Context although its parent, by b3, is another;
 * - that calls itself one;
 * - that names no program and passes a request on without a client's span between: its child is a
 *   server's span, or another front end's.
 * A span that merely names no service is a program's, whose resource is lost.
 */
export function findFrontEnds(
  spans: readonly Span[],
  facts: readonly Facts[],
  placeOf: ReadonlyMap<string, number>,
): Readonly<Record<number, boolean>> {
  const found: Record<number, boolean> = [];
  if (facts.every(isOwn)) return found;
  const received = new Set<string>();
  for (const { attributes } of spans) {
    const id = attributes[ATTR.frontEndSpanId];
    if (id !== undefined) received.add(id);
  }
  const above = ({ parentSpanId = '' }: Span): number => placeOf.get(parentSpanId) ?? -1;
  for (let place = 0; place < spans.length; place += 1) {
    const span = spans[place] as Span;
    const own = facts[place] as Facts;
    const isOne = !isOwn(own) && (received.has(span.spanId) || callsItselfOne(span, own));
    if (!isOne && !(span.kind === 'server' && own.hasProgramName)) continue;
    if (isOne) found[place] = true;
    for (let at = above(span), one = spans[at]; one !== undefined; one = spans[at]) {
      if (!passesOn(one, facts[at] as Facts) || found[at] === true) break;
      found[at] = true;
      at = above(one);
    }
  }
  return found;
}

const isOwn = ({ ofTheSystem }: Facts): boolean => ofTheSystem;

const callsItselfOne = (span: Span, { hasProgramName }: Facts): boolean =>
  !hasProgramName && GOOGLE_FRONT_ENDS.has(span.attributes[COMPONENT] ?? '');

const passesOn = (span: Span, { hasProgramName }: Facts): boolean =>
  span.kind === 'server' && !hasProgramName;
