import { SERVICE_NAMESPACE, SPAN } from '../../../lib/telemetry/names.ts';
import { factsOf } from '../facts.ts';
import type { Span } from '../model.ts';
import { perAttributes } from '../per-attributes.ts';
import type { RootPattern } from './root-pattern.ts';

/**
 * What a request is, and what its trace must hold. `shakesapp`: this system's own requests, with
 * every edge that the design names. `general`: any other system's; the root of a trace is a request.
 */
export type Profile = 'shakesapp' | 'general';

/** How traces are read. */
export type Reading = Readonly<{
  /** Null: each trace by what its own spans say. */
  profile: Profile | null;
  /** Which spans are requests, of the general profile; null: the roots. */
  root: RootPattern | null;
}>;

export const BY_ATTRIBUTES: Reading = { profile: null, root: null };

const isMarked = perAttributes(
  (attributes): boolean =>
    factsOf({ attributes }).marked || attributes['service.namespace'] === SERVICE_NAMESPACE,
);

/** Each language's instrumentation puts something else before it. */
const RPC = SPAN.rpc.replace('grpc.', '');

/** Of one of our programs, or of a service in another language that stands in for one. */
const isOfShakesapp = (span: Span): boolean =>
  isMarked(span) ||
  span.name.endsWith(RPC) ||
  (span.name === SPAN.loadgen && factsOf(span).service === SPAN.loadgen);

/** The profile that a trace's own spans ask for. */
export const profileOf = (spans: readonly Span[]): Profile =>
  spans.some(isOfShakesapp) ? 'shakesapp' : 'general';
