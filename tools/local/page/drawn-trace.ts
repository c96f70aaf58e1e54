import { LOCAL_PROJECT } from '../../cli/local-project.ts';
import { html, type Markup } from '../../compare/html/markup.ts';
import { createColours } from '../../compare/html/rows.ts';
import { type Lane, renderWaterfall } from '../../compare/html/waterfall.ts';
import { formatMs } from '../../compare/html/words.ts';
import type { Trace } from '../../traces/model.ts';
import { type NormalisedTrace, requestRootOf, requestsOf } from '../../traces/normalise.ts';
import { createWaterfall } from '../../traces/waterfall.ts';
import type { Entry } from '../log-book.ts';
import { labelOfTrace } from '../platforms/labels.ts';
import { placeLogs } from './trace-logs.ts';

/** A trace and the log lines of its programs. */
export type Logged = Readonly<{
  trace: Trace;
  logs: readonly Entry[];
  /** The file that it comes from; absent of this run's traces. */
  from?: string | undefined;
}>;

/** The requests of a trace, or what it holds in place of one; never empty. */
export function drawnTrees(trace: Trace): readonly NormalisedTrace[] {
  const trees = requestsOf(trace);
  const requests = trees.filter((tree) => requestRootOf(tree) !== null);
  return requests.length === 0 ? trees.slice(0, 1) : requests;
}

/** A lane for each request of the trace; `rest` are the lines that no row of a span has. */
export function lanesOf(
  { trace, logs }: Logged,
  { label, side }: Readonly<{ label: string; side?: 'a' | 'b' }>,
): Readonly<{ lanes: readonly Lane[]; rest: Markup }> {
  const waterfalls = drawnTrees(trace).map((tree) => createWaterfall(tree));
  const placed = placeLogs(logs, waterfalls, { label, side });
  const lanes = waterfalls.map((waterfall) => ({
    label,
    trace: waterfall,
    below: placed.below(waterfall),
  }));
  return { lanes, rest: placed.rest };
}

/** One trace as a waterfall for each of its requests, to be put into its item. */
export function renderTrace(shown: Logged): Markup {
  const { lanes, rest } = lanesOf(shown, { label: labelOfTrace(shown.trace) ?? 'Trace' });
  return html`${lanes.map(renderRequest)}${rest}`;
}

function renderRequest(lane: Lane, index: number): Markup {
  const { traceId, projectId, durationMs, spans } = lane.trace;
  const isLocal = projectId === LOCAL_PROJECT.projectId;
  return html`<p class="note">Trace <code>${traceId}</code>, ${formatMs(durationMs)}${isLocal && ' (local)'}. <a href="#trace=${traceId}">Link to this trace</a></p>
${renderWaterfall({
  id: index === 0 ? `span-${traceId}` : `span-${traceId}-${index}`,
  title: index === 0 ? `Trace ${traceId}` : `Trace ${traceId}, request ${index + 1}`,
  a: lane,
  b: null,
  colour: createColours(spans),
})}`;
}
