import { SPAN } from '../../lib/telemetry/names.ts';
import { isComplete } from '../traces/completeness.ts';
import { failureOf } from '../traces/failure.ts';
import type { FailureEnd } from '../traces/failure-end.ts';
import { type NormalisedTrace, requestRootOf, requestsOf } from '../traces/normalise.ts';
import { renderWaterfall } from '../traces/render-waterfall.ts';
import { createWaterfall } from '../traces/waterfall.ts';
import type { TraceStore } from './cloud/trace/store.ts';
import { renderRequestLine } from './render-request.ts';

/**
 * Programs export every 5 s, each at its own time, so a trace grows for that long. One that is
 * still incomplete by then gets a line that says so.
 */
const PATIENCE_MS = 12_000;

/** One export brings spans of many traces: so long they are gathered, then looked at once. */
const GATHER_MS = 250;

/** Late spans and copies of these make no second line. Bounded, because a run may last for days. */
const MOST_PRINTED = 1_000;

/** Where a failed request ended if no span of the next program arrives any more. */
const WITHOUT_SPANS: readonly FailureEnd[] = ['not-reached', 'refused-before', 'no-span'];

/**
 * Whether spans may be missing. A complete trace needs none below a failed call, but they say where
 * the request ended, and a program that was too slow exports after its caller.
 */
export function awaitsSpans(tree: NormalisedTrace): boolean {
  const failure = failureOf(tree);
  return !isComplete(tree) || (failure !== null && WITHOUT_SPANS.includes(failure.end));
}

/**
 * Calls back with one line for each request: as soon as its trace is complete, or when it should
 * have been. The first one that stays incomplete comes with its waterfall. Lines of one moment are
 * in the order of their start. Returns how to stop.
 */
export function watchTraces(
  store: TraceStore,
  onLine: (line: string) => void,
  options: { mostPrinted?: number; slowness?: () => number; columns?: number } = {},
): () => void {
  const { mostPrinted = MOST_PRINTED, slowness = () => 1, columns } = options;
  const waiting = new Map<string, NodeJS.Timeout>();
  const printed = new Set<string>();
  const changed = new Set<string>();
  const overdue = new Set<string>();
  let looking: NodeJS.Timeout | undefined;
  let drawn = false;

  /** The requests of a trace, where it is time to print them. */
  const requestsToPrint = (traceId: string): readonly NormalisedTrace[] => {
    const trace = store.trace(traceId);
    // Building the tree takes time, and without its root a trace is not complete.
    if (!trace?.spans.some(({ name }) => name === SPAN.loadgen)) return [];
    const requests = requestsOf(trace).filter((tree) => requestRootOf(tree) !== null);
    return overdue.has(traceId) || !requests.some(awaitsSpans) ? requests : [];
  };
  const look = () => {
    clearTimeout(looking);
    looking = undefined;
    const requests = [...changed].flatMap(requestsToPrint);
    // A trace without a root that is late may still get one: its time begins again then.
    for (const traceId of changed) overdue.delete(traceId);
    changed.clear();
    for (const tree of requests.sort((one, other) => one.startMs - other.startMs)) print(tree);
  };
  const lookSoon = (traceId: string) => {
    changed.add(traceId);
    looking ??= setTimeout(look, GATHER_MS);
  };
  const print = (tree: NormalisedTrace) => {
    const { traceId } = tree;
    clearTimeout(waiting.get(traceId));
    waiting.delete(traceId);
    printed.add(traceId);
    const [oldest] = printed;
    if (printed.size > mostPrinted && oldest !== undefined) printed.delete(oldest);
    onLine(renderRequestLine(tree, columns));
    // Only the first incomplete trace is drawn; as a rule the next ones look alike.
    if (drawn || isComplete(tree)) return;
    drawn = true;
    onLine(`\n${renderWaterfall(createWaterfall(tree))}`);
  };
  const wait = (traceId: string) => {
    const giveUp = () => {
      waiting.delete(traceId);
      overdue.add(traceId);
      lookSoon(traceId);
    };
    waiting.set(traceId, setTimeout(giveUp, PATIENCE_MS * slowness()));
  };
  const unsubscribe = store.onSpan(({ traceId }) => {
    if (printed.has(traceId)) return;
    if (!waiting.has(traceId) && !overdue.has(traceId)) wait(traceId);
    lookSoon(traceId);
  });
  return () => {
    unsubscribe();
    for (const timer of waiting.values()) clearTimeout(timer);
    look();
  };
}
