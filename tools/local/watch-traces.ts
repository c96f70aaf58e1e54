import { ATTR, SPAN } from '../../lib/telemetry/names.ts';
import { formatMs } from '../compare/format.ts';
import type { Trace } from '../compare/model.ts';
import { isLoadgenRoot, normalise } from '../compare/normalise.ts';
import { errorOf } from '../compare/span.ts';
import { isCold, missingEdges } from '../compare/wholeness.ts';
import type { TraceStore } from './cloud/trace-store.ts';
import { PLATFORM_LABEL } from './render-totals.ts';
import { platformOf } from './results.ts';

/**
 * Programs export every 5 s, each at its own time, so a trace grows for that long. One that is
 * still not whole by then is told as such.
 */
const PATIENCE_MS = 12_000;

/** Of these, late spans and copies make no second line; a run of days must not keep them all. */
const MOST_TOLD = 1_000;

/**
 * Calls back with one line for each request's trace: as soon as it is whole, or when it should
 * have been. Returns how to stop.
 */
export function watchTraces(
  store: TraceStore,
  onLine: (line: string) => void,
  mostTold = MOST_TOLD,
): () => void {
  const waiting = new Map<string, NodeJS.Timeout>();
  const told = new Set<string>();
  const tell = (traceId: string) => {
    clearTimeout(waiting.get(traceId));
    waiting.delete(traceId);
    const trace = store.trace(traceId);
    const line = trace && renderTraceLine(trace);
    if (line === undefined) return;
    told.add(traceId);
    const [oldest] = told;
    if (told.size > mostTold && oldest !== undefined) told.delete(oldest);
    onLine(line);
  };
  const unsubscribe = store.onSpan(({ traceId }) => {
    if (told.has(traceId)) return;
    if (!waiting.has(traceId)) {
      waiting.set(
        traceId,
        setTimeout(() => tell(traceId), PATIENCE_MS),
      );
    }
    const trace = store.trace(traceId);
    // A look at the whole trace costs something, and without its root it is not whole.
    if (!trace?.spans.some(({ name }) => name === SPAN.loadgen)) return;
    if (missingEdges(normalise(trace)).length === 0) tell(traceId);
  });
  return () => {
    unsubscribe();
    for (const timer of waiting.values()) clearTimeout(timer);
  };
}

/** One line of at most 100 columns; undefined for what is no request (the schedule's own call). */
export function renderTraceLine(trace: Trace): string | undefined {
  const tree = normalise(trace);
  if (tree.root === null || !isLoadgenRoot(tree.root)) return undefined;
  const platform = platformOf(trace);
  const { attributes } = tree.root.span;
  const error = errorOf(tree.root.span);
  const missing = missingEdges(tree);
  const state =
    missing.length > 0
      ? `NOT WHOLE: ${missing[0]}`
      : error
        ? `ERROR ${error.type}`
        : `${attributes[ATTR.matchCount] ?? '?'} lines${isCold(tree) ? ', cold start' : ''}`;
  return [
    new Date(tree.startMs).toISOString().slice(11, 19),
    (platform ? PLATFORM_LABEL[platform] : '?').padEnd(17),
    trace.traceId.slice(0, 8),
    formatMs(tree.root.endMs - tree.root.startMs).padStart(8),
    `${tree.nodes.length} spans`.padStart(9),
    JSON.stringify(attributes[ATTR.query] ?? '').slice(0, 24),
    state,
  ]
    .join('  ')
    .slice(0, 100);
}
