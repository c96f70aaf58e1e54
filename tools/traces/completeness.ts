import { ATTR, SPAN } from '../../lib/telemetry/names.ts';
import type { Trace } from './model.ts';
import { lastEndOf, type NormalisedTrace, requestRootOf, requestsOf } from './normalise.ts';
import { ownTest } from './own-programs.ts';
import { errorOf } from './span.ts';
import { calledBy, type Node } from './tree.ts';

type Matches = (node: Node) => boolean;
type Step = Readonly<{ edge: string; matches: Matches }>;

const is =
  (kind: Node['span']['kind'] | 'any', name?: string): Matches =>
  ({ span }) =>
    (kind === 'any' || span.kind === kind) && (name === undefined || span.name === name);

/** Whether the call above arrived: a server's span, or another program's of whatever kind. */
const isArrival: Matches = (node) =>
  node.span.kind === 'server' || node.service !== node.caller?.service;

/** What client has below its HTTP server span, each the child of the one before. */
const OF_CLIENT: readonly Step[] = [
  { edge: 'HTTP server span of client → client', matches: is('any', SPAN.client) },
  { edge: 'client → gRPC client span', matches: is('client') },
  { edge: 'gRPC client span → gRPC server span of server', matches: isArrival },
];

/** What server has below its gRPC server span. */
const OF_SERVER: readonly Step[] = [
  { edge: 'gRPC server span → works.read', matches: is('any', SPAN.worksRead) },
  { edge: 'gRPC server span → works.search', matches: is('any', SPAN.worksSearch) },
];

/**
 * Every edge of a request that the trace lacks, in words; empty for a complete one (design: "Spans
 * of one request"). What lies below a span in error is not expected: the request may never have got
 * there. Nor is what only our own programs make, where another one took the place of one of them.
 */
export function missingEdges(trace: NormalisedTrace): readonly string[] {
  const missing: string[] = [];
  const isOwn = ownTest(trace);
  /** The spans one step further down. */
  const next = (parents: readonly Node[], { edge, matches }: Step): readonly Node[] => {
    const found = parents.flatMap(calledBy).filter(matches);
    if (found.length === 0 && parents.length > 0 && !parents.some(inError)) missing.push(edge);
    return found;
  };
  const root = requestRootOf(trace);
  if (root === null) missing.push('root span loadgen');
  else {
    const calls = next([root], { edge: 'loadgen → HTTP client span', matches: is('client') });
    const edge = 'HTTP client span → HTTP server span of client';
    const arrivals = next(calls, { edge, matches: isArrival }).filter(isOwn);
    const servers = OF_CLIENT.reduce(next, arrivals).filter(isOwn);
    for (const step of OF_SERVER) next(servers, step);
    missing.push(...servers.flatMap(missingReads));
  }
  for (const node of trace.detached) {
    if (node.orphan) missing.push(`parent ${node.span.parentSpanId} of ${nameOf(node)}`);
  }
  missing.push(
    ...trace.surplusRoots.map((node) => `a parent of ${nameOf(node)}, which names none`),
    ...trace.cutCycles.map((node) => `a way to ${nameOf(node)}, which is its own ancestor`),
  );
  return missing;
}

const nameOf = ({ service, span }: Node): string => `${service}:${span.name}`;

/** A works.read that says it loaded the texts has a request span for each object at least. */
function missingReads(server: Node): readonly string[] {
  return server.children
    .filter((node) => node.span.name === SPAN.worksRead && !inError(node))
    .filter((node) => node.span.attributes[ATTR.source] === 'loaded')
    .flatMap((node) => {
      const expected = Number(node.span.attributes[ATTR.objects] ?? 0);
      const found = node.children.filter(({ span }) => span.kind === 'client').length;
      return found >= expected
        ? []
        : [`works.read → HTTP client spans of ${expected} objects (found ${found})`];
    });
}

/** Whether every edge of the request is there and every span has its place. */
export const isComplete = (trace: NormalisedTrace): boolean => missingEdges(trace).length === 0;

/** Whether a tree belongs to a request at all, complete or not, and not to a call from outside. */
export function isRequest(trace: NormalisedTrace): boolean {
  if (requestRootOf(trace) !== null) return true;
  const external = trace.nodes.some((node) => node.span.attributes[ATTR.parentExternal] === 'true');
  return (
    !external && trace.nodes.some(({ service }) => service === 'client' || service === 'server')
  );
}

/** Whether an instance served its first request in it; who waited for that, other traces tell. */
export const isFirstOfInstance = (trace: NormalisedTrace): boolean =>
  trace.nodes.some((node) => !node.frontEnd && node.span.attributes[ATTR.coldStart] === 'true');

const inError = (node: Node) => errorOf(node.span) !== null;

/** Programs export every 5 s and Cloud Trace takes a moment: until then spans may be missing. */
export const SETTLED_AFTER_MS = 15_000;

/** Whether a trace may still have been growing when it was read. */
export const isFresh = ({ spans }: Trace, readAtMs: number): boolean =>
  readAtMs - lastEndOf(spans) < SETTLED_AFTER_MS;

/** Fresh, and not complete yet: nothing is to be said against it so far. */
export const isArriving = (trace: Trace, readAtMs: number): boolean =>
  isFresh(trace, readAtMs) && !requestsOf(trace).every(isComplete);
