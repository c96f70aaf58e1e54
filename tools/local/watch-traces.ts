import { ATTR, SPAN } from '../../lib/telemetry/names.ts';
import { formatMs } from '../cli/format.ts';
import { isComplete, isFirstOfInstance, missingEdges } from '../traces/completeness.ts';
import type { Trace } from '../traces/model.ts';
import { isLoadgenRoot, type NormalisedTrace, normalise } from '../traces/normalise.ts';
import { renderWaterfall } from '../traces/render-waterfall.ts';
import { errorOf, wrongCountOf } from '../traces/span.ts';
import type { Node } from '../traces/tree.ts';
import { createWaterfall } from '../traces/waterfall.ts';
import type { TraceStore } from './cloud/trace/store.ts';
import { PLATFORM_LABEL, platformOf } from './platforms/labels.ts';

/**
 * Programs export every 5 s, each at its own time, so a trace grows for that long. One that is
 * still incomplete by then gets a line that says so.
 */
const PATIENCE_MS = 12_000;

/** One export of loadgen completes many traces at once: their lines are gathered for so long. */
const GATHER_MS = 250;

const COLUMNS = 100;
const LONGEST_QUERY = 24;
const SHORTEST_QUERY = 12;

/** Late spans and copies of these make no second line. Bounded, because a run may last for days. */
const MOST_TOLD = 1_000;

/**
 * Calls back with one line for each request's trace: as soon as it is complete, or when it should
 * have been. The first one that stays incomplete comes with its waterfall. Lines of one moment are
 * in the order of their start. Returns how to stop.
 */
export function watchTraces(
  store: TraceStore,
  onLine: (line: string) => void,
  mostTold = MOST_TOLD,
): () => void {
  const waiting = new Map<string, NodeJS.Timeout>();
  const told = new Set<string>();
  let shownBroken = false;
  let gathered: Told[] = [];
  let gathering: NodeJS.Timeout | undefined;
  const gather = (traceId: string) => {
    clearTimeout(waiting.get(traceId));
    waiting.delete(traceId);
    const trace = store.trace(traceId);
    const line = trace && renderTraceLine(trace);
    if (trace === undefined || line === undefined) return;
    told.add(traceId);
    const [oldest] = told;
    if (told.size > mostTold && oldest !== undefined) told.delete(oldest);
    gathered.push({ trace, line });
    gathering ??= setTimeout(tellGathered, GATHER_MS);
  };
  const tellGathered = () => {
    clearTimeout(gathering);
    gathering = undefined;
    const inOrder = gathered.sort((one, other) => startOf(one.trace) - startOf(other.trace));
    gathered = [];
    for (const one of inOrder) tell(one);
  };
  const tell = ({ trace, line }: Told) => {
    onLine(line);
    // Only the first incomplete trace is drawn; as a rule the next ones look alike.
    if (shownBroken || isComplete(normalise(trace))) return;
    shownBroken = true;
    onLine(`\n${renderWaterfall(createWaterfall(normalise(trace)))}`);
  };
  const unsubscribe = store.onSpan(({ traceId }) => {
    if (told.has(traceId)) return;
    if (!waiting.has(traceId)) {
      waiting.set(
        traceId,
        setTimeout(() => gather(traceId), PATIENCE_MS),
      );
    }
    const trace = store.trace(traceId);
    // Building the tree takes time, and without its root a trace is not complete.
    if (!trace?.spans.some(({ name }) => name === SPAN.loadgen)) return;
    if (missingEdges(normalise(trace)).length === 0) gather(traceId);
  });
  return () => {
    unsubscribe();
    for (const timer of waiting.values()) clearTimeout(timer);
    tellGathered();
  };
}

type Told = Readonly<{ trace: Trace; line: string }>;

const startOf = ({ spans }: Trace): number => Math.min(...spans.map(({ startMs }) => startMs));

/** One line of at most 100 columns; undefined where it is not a request but the schedule's call. */
export function renderTraceLine(trace: Trace): string | undefined {
  const tree = normalise(trace);
  if (tree.root === null || !isLoadgenRoot(tree.root)) return undefined;
  const platform = platformOf(trace);
  const { attributes } = tree.root.span;
  const head = [
    new Date(tree.startMs).toISOString().slice(11, 19),
    (platform ? PLATFORM_LABEL[platform] : '?').padEnd(17),
    trace.traceId.slice(0, 8),
    formatMs(tree.root.endMs - tree.root.startMs).padStart(8),
    `${tree.nodes.length} spans`.padStart(9),
  ].join('  ');
  const state = stateOf(tree.root, tree);
  const room = COLUMNS - head.length - state.length - 4;
  const query = JSON.stringify(attributes[ATTR.query] ?? '');
  const shown = query.slice(0, Math.max(SHORTEST_QUERY, Math.min(LONGEST_QUERY, room)));
  return `${head}  ${shown}  ${state}`.slice(0, COLUMNS);
}

function stateOf(root: Node, tree: NormalisedTrace): string {
  const [missing] = missingEdges(tree);
  if (missing !== undefined) return `INCOMPLETE: ${missing}`;
  const wrong = wrongCountOf(root.span);
  if (wrong !== null) return `WRONG: ${wrong.count}, expected ${wrong.expected}`;
  const error = errorOf(root.span);
  if (error !== null) return `ERROR ${error.type}`;
  const cold = isFirstOfInstance(tree) ? ', cold start' : '';
  return `${root.span.attributes[ATTR.matchCount] ?? '?'} lines${cold}`;
}
