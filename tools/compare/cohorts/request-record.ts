import { ATTR } from '../../../lib/telemetry/names.ts';
import { isComplete, isFirstOfInstance, isRequest } from '../../traces/completeness.ts';
import type { Trace } from '../../traces/model.ts';
import { isLoadgenRoot, type NormalisedTrace, normalise } from '../../traces/normalise.ts';
import { CLOCK_TOLERANCE_MS } from '../../traces/skew.ts';
import { endedAfterStop, errorOf, wrongCountOf } from '../../traces/span.ts';
import { callerOf, type Node } from '../../traces/tree.ts';
import { type HopSample, hopSamples, interned } from './hop-samples.ts';

/** Cold and warm requests never share a quantile. */
export type Stratum = 'warm' | 'cold';

export type Call = Readonly<{
  /** The instance that served it. */
  instance: string;
  /** Epoch milliseconds by loadgen's clock. */
  sentMs: number;
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
  /** Requests of one run share it; null where the root does not name it. */
  runId: string | null;
  scheduledMinute: string | null;
  sequence: number | null;
  query: string | null;
  spans: number;
  whole: boolean;
  /** First of an instance; once marked, also what waited for that one. */
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

/** null where the trace is no request of the load generator (a call from outside, a schedule). */
export function recordRequest(trace: Trace): RequestRecord | null {
  const tree = normalise(trace);
  if (!isRequest(tree)) return null;
  const root = tree.root !== null && isLoadgenRoot(tree.root) ? tree.root : null;
  const attributes = root?.span.attributes ?? {};
  const error = errorOfRequest(tree);
  const durationMs = root === null ? null : root.endMs - root.startMs;
  const startDelayMs = root === null ? null : delayOf(root);
  const stopped = root !== null && endedAfterStop(root.span);
  return {
    traceId: trace.traceId,
    projectId: trace.projectId,
    startMs: tree.startMs,
    durationMs,
    latencyMs: durationMs === null || stopped ? null : durationMs + (startDelayMs ?? 0),
    startDelayMs,
    runId: attributes[ATTR.runId] ?? null,
    scheduledMinute: attributes[ATTR.scheduledMinute] ?? null,
    sequence: sequenceOf(attributes[ATTR.sequence]),
    query: attributes[ATTR.query] ?? null,
    spans: tree.nodes.length,
    whole: isComplete(tree),
    cold: isFirstOfInstance(tree),
    error,
    wrongCount: tree.nodes.some(({ span }) => wrongCountOf(span) !== null),
    orphaned: tree.detached.some((node) => node.orphan),
    skewed: tree.nodes.some((node) => node.outsideMs > CLOCK_TOLERANCE_MS),
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
      },
    ];
  });
}

/** Cloud Run names its instances, GKE its pods; service.instance.id is OpenTelemetry's own name. */
export function instanceOf({ service, span: { attributes } }: Node): string | null {
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
