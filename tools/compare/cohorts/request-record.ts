import { ATTR } from '../../../lib/telemetry/names.ts';
import { isComplete, isFirstOfInstance, isRequest } from '../../traces/completeness.ts';
import { type Failure, failureOf } from '../../traces/failure.ts';
import { interned } from '../../traces/interned.ts';
import { type NormalisedTrace, requestRootOf } from '../../traces/normalise.ts';
import { nameOf, stepOf } from '../../traces/paths.ts';
import { keptProbabilityOf, shedBefore } from '../../traces/shed.ts';
import { CLOCK_TOLERANCE_MS } from '../../traces/skew.ts';
import { endedAfterStop, errorOf } from '../../traces/span.ts';
import { startDelayOf } from '../../traces/start-delay.ts';
import { callerOf, type Node } from '../../traces/tree.ts';
import { type HopSample, hopSamples } from './hop-samples.ts';
import { packAlone, type RequestHops } from './packed-hops.ts';

/** Cold and warm requests never share a quantile. */
export type Stratum = 'warm' | 'cold';

export type RequestFailure = Readonly<Pick<Failure, 'outcome' | 'where' | 'end' | 'detail'>>;

export type Call = Readonly<{
  /** The instance that served it. */
  instance: string;
  /** Epoch milliseconds by loadgen's clock. */
  sentMs: number;
}>;

/** One request reduced to what the comparison needs, so that traces need not stay in memory. */
export type RequestRecord = Readonly<{
  traceId: string;
  projectId: string;
  /** Together with the trace id it names the request; null where the root is missing. */
  rootSpanId: string | null;
  startMs: number;
  /** The root's duration; null where the root is missing, or times cannot be. */
  durationMs: number | null;
  /**
   * From the scheduled time to the root's end: an overdue start is the platform's doing too. Where
   * nothing is scheduled, the root's duration.
   */
  latencyMs: number | null;
  startDelayMs: number | null;
  /** Its start delay is impossible: no latency counts it. */
  impossibleDelay: boolean;
  /** By its scheduled time it started well before it was due: a schedule to ignore. */
  earlyStart: boolean;
  /** Requests of one run share it; null where the root does not name it. */
  runId: string | null;
  scheduledMinute: string | null;
  sequence: number | null;
  query: string | null;
  /** What was asked of the system: the root's `service:name`, its name without ids. */
  operation: string;
  /** What it shares with its partner in the other cohort, where the user says which attribute that is. */
  pairKey: string | null;
  /** Its root was kept with this probability, so it stands for 1 / p requests. */
  keptProbability: number;
  /** Requests of its run that were shed before it. */
  shedBefore: number;
  spans: number;
  /** How many requests share its trace id, this one included; 0 where the root is missing. */
  requestsInTrace: number;
  whole: boolean;
  /** Some of its spans have times that cannot be: no figure counts it. */
  impossible: boolean;
  /** First of an instance; once marked, also what waited for that one. */
  cold: boolean;
  error: string | null;
  /** How it failed for its caller; a wrong count is no failure of this kind. */
  failure: RequestFailure | null;
  wrongCount: boolean;
  orphaned: boolean;
  skewed: boolean;
  frontEndStored: boolean;
  /** Its calls from one service to another, to see which waited for an instance to start. */
  calls: readonly Call[];
  hops: RequestHops;
}>;

type Recording = Readonly<{
  /** How its samples are kept. */
  pack?: (samples: readonly HopSample[]) => RequestHops;
  /** The attribute that names what is the same in both cohorts. */
  pairBy?: string | null;
}>;

/** null where the tree is no request of the load generator (a call from outside, a schedule). */
export function recordRequest(
  tree: NormalisedTrace,
  { pack = packAlone, pairBy = null }: Recording = {},
): RequestRecord | null {
  if (!isRequest(tree)) return null;
  const root = requestRootOf(tree);
  // Times that cannot be spoil every figure of the request, not only those of their span.
  const timed = tree.impossible.length === 0 ? root : null;
  // Another system has no schedule, whatever its attributes are called.
  const isScheduled = tree.profile === 'shakesapp';
  const attributes = (isScheduled ? root?.span.attributes : undefined) ?? {};
  const failure = recordFailure(tree);
  const error = errorOfRequest(tree) ?? failure?.outcome ?? null;
  const durationMs = timed === null ? null : timed.endMs - timed.startMs;
  const delay = timed === null || !isScheduled ? null : startDelayOf(timed);
  const earlyStart = delay !== null && 'why' in delay && delay.ignored;
  const impossibleDelay = delay !== null && 'why' in delay && !delay.ignored;
  const startDelayMs = delay !== null && 'ms' in delay ? delay.ms : null;
  const stopped = root !== null && endedAfterStop(root.span);
  return {
    traceId: tree.traceId,
    projectId: tree.projectId,
    rootSpanId: root?.span.spanId ?? null,
    startMs: tree.startMs,
    durationMs,
    latencyMs:
      durationMs === null || stopped || impossibleDelay ? null : durationMs + (startDelayMs ?? 0),
    startDelayMs,
    impossibleDelay,
    earlyStart,
    runId: textOf(attributes[ATTR.runId]),
    scheduledMinute: textOf(attributes[ATTR.scheduledMinute]),
    sequence: sequenceOf(attributes[ATTR.sequence]),
    query: textOf(attributes[ATTR.query]),
    operation: operationOf(tree, root),
    pairKey: pairBy === null ? null : pairKeyOf(tree, pairBy),
    keptProbability: keptProbabilityOf(root?.span),
    shedBefore: shedBefore(root?.span),
    spans: tree.nodes.length,
    requestsInTrace: tree.requestsInTrace,
    whole: isComplete(tree),
    impossible: tree.impossible.length > 0,
    cold: isFirstOfInstance(tree),
    error,
    failure,
    wrongCount: isScheduled && tree.nodes.some(({ facts }) => facts.wrongCount !== null),
    orphaned: tree.detached.some((node) => node.orphan),
    skewed:
      tree.impossible.length === 0 &&
      tree.nodes.some((node) => node.outsideMs > CLOCK_TOLERANCE_MS),
    frontEndStored: tree.nodes.some((node) => node.frontEnd),
    calls: timed === null ? [] : callsOf(tree),
    hops: pack(timed === null ? [] : hopSamples(tree)),
  };
}

/** Requests without a root are of no operation. */
const NO_ROOT = 'no root';

const operationOf = (tree: NormalisedTrace, root: Node | null): string =>
  root === null ? NO_ROOT : stepOf(root.service, nameOf(root, tree));

/** The root says it as a rule; else the first span that does. */
function pairKeyOf({ nodes }: NormalisedTrace, pairBy: string): string | null {
  for (const { span } of nodes) {
    const value = span.attributes[pairBy];
    if (value !== undefined && value !== '') return value;
  }
  return null;
}

function recordFailure(tree: NormalisedTrace): RequestFailure | null {
  const failure = failureOf(tree);
  if (failure === null) return null;
  const { outcome, where, end, detail } = failure;
  return { outcome: interned(outcome), where: interned(where), end, detail };
}

function callsOf(tree: NormalisedTrace): readonly Call[] {
  const calls: Call[] = [];
  for (const node of tree.nodes) {
    const caller = callerOf(node);
    const { instance } = node.facts;
    if (node.frontEnd || caller === null || instance === null) continue;
    if (caller.service === node.service) continue;
    calls.push({ instance: interned(instance), sentMs: tree.startMs + caller.startMs });
  }
  return calls;
}

const textOf = (value: string | undefined): string | null =>
  value === undefined ? null : interned(value);

function sequenceOf(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

/**
 * How the request ended for its caller: the root's own error. An attempt below it that failed and
 * was made good by a retry is no failure, and to leave such requests out would favour the platform
 * that has more of them. Where the root is missing, the first error met going down.
 */
function errorOfRequest(tree: NormalisedTrace): string | null {
  const root = requestRootOf(tree);
  if (root !== null) return errorOf(root.span)?.type ?? null;
  for (const node of tree.nodes) {
    const error = node.frontEnd ? null : errorOf(node.span);
    if (error !== null) return error.type;
  }
  return null;
}
