import { ATTR, UNEXPECTED_RESULT } from '../../lib/telemetry/names.ts';
import { ownedTimes } from './accounting.ts';
import type { Trace } from './model.ts';
import { errorOf, isLoadgenRoot, type Node, type NormalisedTrace, normalise } from './normalise.ts';
import { callerOf, pathsOf } from './span-path.ts';
import { isCold, isRequest, isWhole } from './wholeness.ts';

/** What one request spent at one span path; siblings of the same path are taken together. */
export type HopSample = Readonly<{
  path: string;
  service: string;
  name: string;
  depth: number;
  /** Start of its first span, from the root's start: the order of the hop table. */
  offsetMs: number;
  measure: 'self' | 'gap';
  siblings: number;
  /** Time in which any of its spans was running. */
  inclusiveMs: number;
  /** Owned time; of a gap the front end's own time included. */
  selfMs: number;
  /** A gap's two parts, where the front end's span was stored. */
  split: Readonly<{ networkMs: number; platformMs: number }> | null;
  /** Its process was stopped before its span ended: the figures are not times of work. */
  stopped: boolean;
}>;

export type Call = Readonly<{
  /** The instance that served it. */
  instance: string;
  /** Epoch milliseconds by loadgen's clock. */
  sentMs: number;
  servedMs: number;
  /** It was the instance's first. */
  first: boolean;
}>;

/** One trace reduced to what the comparison needs, so that traces need not stay in memory. */
export type RequestRecord = Readonly<{
  traceId: string;
  projectId: string;
  startMs: number;
  /** The root's duration; null where the root is missing. */
  durationMs: number | null;
  /** From the scheduled time to the root's end: an overdue start is the platform's doing too. */
  latencyMs: number | null;
  startDelayMs: number | null;
  /** Requests of one run share it; falls back to the trace, a run of its own. */
  runId: string;
  scheduledMinute: string | null;
  sequence: number | null;
  query: string | null;
  spans: number;
  whole: boolean;
  cold: boolean;
  error: string | null;
  wrongCount: boolean;
  orphaned: boolean;
  skewed: boolean;
  frontEndStored: boolean;
  /** Its calls from one service to another, to see which waited for an instance to start. */
  calls: readonly Call[];
  hops: readonly HopSample[];
}>;

/** Below this it may be the resolution of the programs' clocks, a millisecond in each. */
const NOTABLE_SKEW_MS = 2;

/** null where the trace is no request of the load generator (a call from outside, a schedule). */
export function recordRequest(trace: Trace): RequestRecord | null {
  const tree = normalise(trace);
  if (!isRequest(tree)) return null;
  const root = tree.root !== null && isLoadgenRoot(tree.root) ? tree.root : null;
  const attributes = root?.span.attributes ?? {};
  const error = errorOfRequest(tree);
  const durationMs = root === null ? null : root.endMs - root.startMs;
  const startDelayMs = root === null ? null : delayOf(root);
  const stopped = attributes[ATTR.endedAfterStop] === 'true';
  return {
    traceId: trace.traceId,
    projectId: trace.projectId,
    startMs: tree.startMs,
    durationMs,
    latencyMs: durationMs === null || stopped ? null : durationMs + (startDelayMs ?? 0),
    startDelayMs,
    runId: attributes[ATTR.runId] ?? trace.traceId,
    scheduledMinute: attributes[ATTR.scheduledMinute] ?? null,
    sequence: sequenceOf(attributes[ATTR.sequence]),
    query: attributes[ATTR.query] ?? null,
    spans: tree.nodes.length,
    whole: isWhole(tree),
    cold: isCold(tree),
    error,
    wrongCount: tree.nodes.some(
      (node) => node.span.attributes[ATTR.errorType] === UNEXPECTED_RESULT,
    ),
    orphaned: tree.detached.some((node) => node.orphan),
    skewed: tree.nodes.some((node) => node.skewMs >= NOTABLE_SKEW_MS),
    frontEndStored: tree.nodes.some((node) => node.frontEnd),
    calls: root === null ? [] : callsOf(tree),
    hops: root === null ? [] : hopSamples(tree),
  };
}

function callsOf(tree: NormalisedTrace): readonly Call[] {
  return tree.nodes.flatMap((node): Call[] => {
    const caller = callerOf(node);
    const instance = instanceOf(node);
    if (node.frontEnd || caller === null || instance === null) return [];
    if (caller.service === node.service) return [];
    return [
      {
        instance: interned(instance),
        sentMs: tree.startMs + caller.startMs,
        servedMs: tree.startMs + node.endMs,
        first: node.span.attributes[ATTR.coldStart] === 'true',
      },
    ];
  });
}

/** Cloud Run names its instances, GKE its pods; service.instance.id is OpenTelemetry's own name. */
function instanceOf({ service, span: { attributes } }: Node): string | null {
  const name =
    attributes['faas.instance'] ?? attributes['k8s.pod.name'] ?? attributes['service.instance.id'];
  return name === undefined ? null : `${service} ${name}`;
}

/** The schedule's own attribute where it is there (whole µs), else the scheduled time's distance. */
function delayOf(root: Node): number | null {
  const { attributes } = root.span;
  const delayUs = Number(attributes[ATTR.startDelayUs] ?? Number.NaN);
  if (Number.isFinite(delayUs)) return delayUs / 1_000;
  const scheduledMs = Date.parse(attributes[ATTR.scheduledTime] ?? '');
  return Number.isFinite(scheduledMs) ? root.span.startMs - scheduledMs : null;
}

function sequenceOf(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

/**
 * How the request ended for its caller: the root's own error. An attempt below it that failed and
 * was made good by a retry is no failure, and to leave such requests out would favour the platform
 * that has more of them. Where the root is missing, the first error met going down.
 */
function errorOfRequest(tree: NormalisedTrace): string | null {
  if (tree.root !== null && isLoadgenRoot(tree.root)) return errorOf(tree.root.span)?.type ?? null;
  for (const node of tree.nodes) {
    const error = node.frontEnd ? null : errorOf(node.span);
    if (error !== null) return error.type;
  }
  return null;
}

/**
 * One copy of each string that all records share. Bounded, since names come from outside: past the
 * bound a name merely takes its own memory.
 */
const MOST_INTERNED = 10_000;
const shared = new Map<string, string>();
function interned(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size < MOST_INTERNED) shared.set(text, text);
  return text;
}

/**
 * One sample per span path of the root's tree. Their selfMs add up to the root's duration: the
 * front end's own time goes to the gap that it lies in.
 */
export function hopSamples(tree: NormalisedTrace): readonly HopSample[] {
  const owned = ownedTimes(tree);
  const paths = pathsOf(tree);
  const groups = new Map<string, { spans: Node[]; frontEnds: Node[] }>();
  for (const node of tree.nodes) {
    if (!owned.has(node)) continue;
    const owner = node.frontEnd ? (callerOf(node) ?? node) : node;
    const path = paths.get(owner) ?? '';
    const group = groups.get(path) ?? { spans: [], frontEnds: [] };
    (owner === node ? group.spans : group.frontEnds).push(node);
    groups.set(path, group);
  }
  const sumOf = (nodes: readonly Node[]) =>
    nodes.reduce((sum, node) => sum + (owned.get(node) ?? 0), 0);
  return [...groups].map(([path, { spans, frontEnds }]) => {
    const first = spans[0] as Node;
    const networkMs = sumOf(spans);
    const platformMs = sumOf(frontEnds);
    const isGap = spans.some(hasServerBelow);
    return {
      path: interned(path),
      service: interned(first.service),
      name: interned(first.span.name),
      depth: depthOf(first),
      offsetMs: first.startMs,
      measure: isGap ? 'gap' : 'self',
      siblings: spans.length,
      inclusiveMs: unionMs(spans),
      selfMs: networkMs + platformMs,
      split: isGap && frontEnds.length > 0 ? { networkMs, platformMs } : null,
      // A stopped server also bends the gap that its client measured.
      stopped: spans.some(
        (span) => endedAfterStop(span) || serversBelow(span).some(endedAfterStop),
      ),
    };
  });
}

function depthOf(node: Node): number {
  let depth = 0;
  for (let above = callerOf(node); above !== null; above = callerOf(above)) depth += 1;
  return depth;
}

const endedAfterStop = (node: Node) => node.span.attributes[ATTR.endedAfterStop] === 'true';

function serversBelow(node: Node): readonly Node[] {
  return node.children
    .flatMap((child) => (child.frontEnd ? child.children : [child]))
    .filter((child) => child.span.kind === 'server' && child.service !== node.service);
}

const hasServerBelow = (node: Node) => node.span.kind === 'client' && serversBelow(node).length > 0;

function unionMs(nodes: readonly Node[]): number {
  let coveredMs = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of [...nodes].sort((one, other) => one.startMs - other.startMs)) {
    coveredMs += Math.max(0, endMs - Math.max(startMs, untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  return coveredMs;
}
