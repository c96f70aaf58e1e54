import { ATTR, SPAN } from '../../lib/telemetry/names.ts';
import { UNNAMED } from './facts.ts';
import type { Trace } from './model.ts';
import { lastEndOf, type NormalisedTrace, requestRootOf, requestsOf } from './normalise.ts';
import { isProxy, ownTest } from './own-programs.ts';
import { BY_ATTRIBUTES, type Reading } from './profile/profile.ts';
import { errorOf } from './span.ts';
import { type Node, nearestBelow } from './tree.ts';

type Step = Readonly<{ edge: string; matches: (node: Node) => boolean }>;

/** A program whose resource is lost is known by its place, and by what its spans are. */
const isOf = (service: string, node: Node): boolean =>
  node.service === service || node.service === UNNAMED;

const is = (service: string, kind: string, name?: string) => (node: Node) =>
  isOf(service, node) &&
  (kind === 'any' || node.span.kind === kind) &&
  (name === undefined || node.span.name === name);

const isHandling = is('client', 'any', SPAN.client);
const isCall = is('client', 'client', SPAN.rpc);

/** The spans of one request, each the child of the one before (design: "Spans of one request"). */
const CHAIN: readonly Step[] = [
  { edge: 'loadgen → HTTP client span', matches: is('loadgen', 'client') },
  { edge: 'HTTP client span → HTTP server span of client', matches: is('client', 'server') },
  { edge: 'HTTP server span of client → client', matches: isHandling },
  { edge: 'client → gRPC client span', matches: isCall },
  { edge: 'gRPC client span → gRPC server span of server', matches: is('server', 'server') },
];

/** What the gRPC server span has below it. */
const LEAVES: readonly Step[] = [
  { edge: 'gRPC server span → works.read', matches: is('server', 'any', SPAN.worksRead) },
  { edge: 'gRPC server span → works.search', matches: is('server', 'any', SPAN.worksSearch) },
];

/**
 * Every edge of a request that the trace lacks, in words; empty for a complete one. What lies below
 * a span in error is not expected: the request may never have got there. Nothing is expected of a
 * service that is not ours; what our programs did below it is. Another system's request is complete
 * where every span has its parent.
 */
export function missingEdges(trace: NormalisedTrace): readonly string[] {
  const { profile, surplusRoots } = trace;
  const missing = [...missingOfRequest(trace)];
  if (trace.detached.length === 0 && trace.cutCycles.length === 0) return missing;
  for (const node of trace.detached) {
    if (node.orphan) missing.push(`parent ${node.span.parentSpanId} of ${nameOf(node)}`);
  }
  missing.push(
    ...(profile === 'general' ? [] : surplusRoots).map(
      (node) => `a parent of ${nameOf(node)}, which names none`,
    ),
    ...trace.cutCycles.map((node) => `a way to ${nameOf(node)}, which is its own ancestor`),
  );
  return missing;
}

/** Of another system's requests nobody knows which spans they have. */
function missingOfRequest(trace: NormalisedTrace): readonly string[] {
  if (trace.profile === 'general') return trace.nodes.length === 0 ? ['every span'] : [];
  const root = requestRootOf(trace);
  return root === null ? ['root span loadgen'] : missingBelow(root, ownTest(trace));
}

function missingBelow(root: Node, isMarked: (node: Node) => boolean): string[] {
  // What opens our root is ours, whatever else its spans have lost.
  const isOwn = (node: Node) => node.service === root.service || isMarked(node);
  let parents: readonly Node[] = [root];
  for (const { edge, matches } of CHAIN) {
    const [only] = parents;
    const children =
      only !== undefined && parents.length === 1
        ? stepsBelow(only, matches, isOwn)
        : parents.flatMap((parent) => stepsBelow(parent, matches, isOwn));
    const around =
      children.length === 0 && matches === isHandling ? aroundCalls(parents) : children;
    if (around.length > 0) parents = around;
    else if (parents.every(isOwn) && parents.flatMap(programsBelow).every(isOwn)) {
      return parents.some(inError) ? [] : [edge];
    }
  }
  const servers = parents.filter((node) => isOf('server', node) && isOwn(node));
  const leaves = LEAVES.filter(({ matches }) => !servers.some((one) => one.children.some(matches)));
  return [
    ...(servers.length === 0 || servers.some(inError) ? [] : leaves.map(({ edge }) => edge)),
    ...servers.flatMap(missingReads),
  ];
}

/**
 * The spans that hold the call of server, in a client that somebody else wrote with our telemetry. It
 * looks like ours, and names its spans as it likes. Where ours has lost `client`, the call is an orphan
 * and not below.
 */
const aroundCalls = (parents: readonly Node[]): readonly Node[] =>
  parents.flatMap((parent) =>
    holdsCall(parent) ? [parent] : nearestBelow(parent, isBetween).filter(holdsCall),
  );

const holdsCall = ({ children }: Node): boolean => children.some(isCall);
const isBetween = (node: Node): boolean =>
  isOf('client', node) && node.span.kind === 'internal' && !holdsCall(node);

/** Front ends and proxies only pass a call on. */
const passesOn = (node: Node): boolean => node.frontEnd || isProxy(node);

const programsBelow = (node: Node): readonly Node[] => nearestBelow(node, passesOn);

/** The nearest matches below: among what it calls, or past services that are not ours. */
function stepsBelow(
  parent: Node,
  matches: (node: Node) => boolean,
  isOwn: (node: Node) => boolean,
): readonly Node[] {
  // As a rule it is all that it calls.
  const [only] = parent.children;
  const isAll = parent.children.length === 1 && only !== undefined && !passesOn(only);
  if (isAll && matches(only)) return parent.children;
  const isPassed = (node: Node) =>
    passesOn(node) || (!matches(node) && !(isOwn(node) && isOwn(parent)));
  return nearestBelow(parent, isPassed).filter(matches);
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
  if (trace.profile === 'general' || requestRootOf(trace) !== null) return true;
  const external = trace.nodes.some(({ facts }) => facts.parentExternal);
  return (
    !external && trace.nodes.some(({ service }) => service === 'client' || service === 'server')
  );
}

/** Whether an instance served its first request in it; who waited for that, other traces tell. */
export const isFirstOfInstance = (trace: NormalisedTrace): boolean =>
  trace.nodes.some(({ facts, frontEnd }) => facts.coldStart && !frontEnd);

const inError = (node: Node) => errorOf(node.span) !== null;

/** Programs export every 5 s and Cloud Trace takes a moment: until then spans may be missing. */
export const SETTLED_AFTER_MS = 15_000;

/** Whether a trace may still have been growing when it was read. */
export const isFresh = ({ spans }: Trace, readAtMs: number): boolean =>
  readAtMs - lastEndOf(spans) < SETTLED_AFTER_MS;

/** Fresh, and not complete yet: nothing is to be said against it so far. */
export const isArriving = (
  trace: Trace,
  readAtMs: number,
  reading: Reading = BY_ATTRIBUTES,
): boolean => isFresh(trace, readAtMs) && !requestsOf(trace, reading).every(isComplete);
