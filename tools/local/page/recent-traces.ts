import { ATTR } from '../../../lib/telemetry/names.ts';
import { counted } from '../../cli/format.ts';
import { foreign, html, type Markup } from '../../compare/html/markup.ts';
import { renderState } from '../../compare/html/traces.ts';
import { formatMs } from '../../compare/html/words.ts';
import { isFirstOfInstance } from '../../traces/completeness.ts';
import { failureOf } from '../../traces/failure.ts';
import type { Trace } from '../../traces/model.ts';
import type { NormalisedTrace } from '../../traces/normalise.ts';
import { wrongCountOf } from '../../traces/span.ts';
import { completeAt, type Level, lackingAt } from '../instrument.ts';
import { labelOfTrace } from '../platforms/labels.ts';
import { awaitsSpans } from '../watch-traces.ts';
import { drawnTrees } from './drawn-trace.ts';

/** One item per trace, of all its requests if several share its id. The browser fetches its spans when a person opens it. */
export function renderRecentTraces(
  traces: readonly Trace[],
  isFresh: (trace: Trace) => boolean,
  level: Level = 'all',
): Markup {
  return html`${traces.map((trace) => {
    const trees = drawnTrees(trace);
    return renderItem(trees, {
      platform: labelOfTrace(trace),
      arriving: isFresh(trace) && trees.some(awaitsSpans),
      level,
    });
  })}`;
}

function renderItem(
  trees: readonly NormalisedTrace[],
  {
    platform,
    arriving,
    level,
  }: Readonly<{ platform: string | undefined; arriving: boolean; level: Level }>,
): Markup {
  const tree = trees[0] as NormalisedTrace;
  const { traceId } = tree;
  const spans = trees.flatMap(({ nodes }) => nodes.map(({ span }) => span));
  const query = spans[0]?.attributes[ATTR.query];
  const invocation = isInvocation(tree);
  const isRequest = query !== undefined;
  const what = isRequest
    ? html`“${foreign(query)}”`
    : html`${invocation ? 'invocation of loadgen' : arriving ? '' : foreign(spans[0]?.name ?? '')}`;
  // Without the root span, the duration of the request is unknown.
  const took = arriving && !isRequest && !invocation ? '' : formatMs(durationOf(tree));
  const on = platform === undefined ? '–' : foreign(platform);
  return html`<details id="trace-${traceId}" data-spans="${spans.length}">
<summary><span class="trace-line"><span class="at">${new Date(tree.startMs).toISOString().slice(11, 19)}</span> <span class="on">${on}</span> <span class="what">${what}</span> <span class="number">${took}</span> <span class="count number">${counted(spans.length, 'span')}</span> <span class="state">${renderProgress(trees, { arriving: arriving && !invocation, isRequest, level })}</span></span></summary>
<div class="body"></div>
</details>
`;
}

const durationOf = ({ root, nodes }: NormalisedTrace): number =>
  root === null ? Math.max(0, ...nodes.map(({ endMs }) => endMs)) : root.endMs - root.startMs;

/** The trace of the schedule's call to loadgen. Each request of the run has a separate trace. */
const isInvocation = ({ nodes }: NormalisedTrace): boolean =>
  nodes.some(({ service, span }) => service === 'loadgen' && span.kind === 'server');

/** A browser would break a flag after its hyphens. */
function renderComplete(level: Level): Markup {
  const [text, flag] = completeAt(level).split(/ (?=--)/);
  return html`${text}${flag && html` <span class="unbroken">${flag}</span>`}`;
}

/** A trace is as its worst request is. */
function renderProgress(
  trees: readonly NormalisedTrace[],
  state: Readonly<{ arriving: boolean; isRequest: boolean; level: Level }>,
): Markup {
  if (state.arriving) return html`<span class="flag">arriving</span>`;
  if (!state.isRequest) return html`<span class="flag">not a request</span>`;
  const lacking = lackingAt(state.level);
  const one = {
    whole: trees.every((tree) => lacking(tree).length === 0),
    cold: trees.some(isFirstOfInstance),
    error: trees.map(errorOfRequest).find((error) => error !== null) ?? null,
    requestsInTrace: 1,
  };
  const shown = renderState(one, renderComplete(state.level));
  return html`${shown}${trees.length > 1 && html` <span class="flag">${trees.length} requests in one trace</span>`}`;
}

/** How the request ended for its caller: an attempt below that a retry made good is no error. */
function errorOfRequest(tree: NormalisedTrace): string | null {
  const wrong = tree.root && wrongCountOf(tree.root.span);
  return wrong ? 'wrong count' : (failureOf(tree)?.outcome ?? null);
}
