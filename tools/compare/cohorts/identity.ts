/** No span has this id. */
const NO_ROOT = '0'.repeat(16);
const TRACE_DIGITS = 32;
/** Of a request's identity, where its ids are as the model has them. */
export const IDENTITY_DIGITS = TRACE_DIGITS + NO_ROOT.length;

/** Names a request among all, as a trace may hold several: the ids of its trace and of its root. */
export function identityOf(traceId: string, rootSpanId: string | null): string {
  const root = rootSpanId ?? NO_ROOT;
  const isUsual = traceId.length === TRACE_DIGITS && root.length === NO_ROOT.length;
  return isUsual ? traceId + root : `${traceId} ${root}`;
}

export function partsOf(identity: string): { traceId: string; rootSpanId: string | null } {
  const space = identity.lastIndexOf(' ');
  const end = space < 0 ? TRACE_DIGITS : space;
  const root = identity.slice(space < 0 ? end : end + 1);
  return { traceId: identity.slice(0, end), rootSpanId: root === NO_ROOT ? null : root };
}
