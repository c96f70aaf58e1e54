import { ATTR } from '../../../lib/telemetry/names.ts';
import { foreign, html, type Markup } from '../../compare/html/markup.ts';
import { createColours } from '../../compare/html/rows.ts';
import { renderState } from '../../compare/html/traces.ts';
import { renderWaterfall } from '../../compare/html/waterfall.ts';
import { formatMs } from '../../compare/html/words.ts';
import type { Trace } from '../../traces/model.ts';
import { normalise } from '../../traces/normalise.ts';
import type { Waterfall } from '../../traces/waterfall.ts';
import { createWaterfall } from '../../traces/waterfall.ts';
import { localLabel } from '../platforms/labels.ts';

/** One item per trace. The browser fetches its spans when a person opens it. */
export function renderRecentTraces(
  traces: readonly Trace[],
  isArriving: (trace: Trace) => boolean,
): Markup {
  return html`${traces.map((trace) => renderItem(createWaterfall(normalise(trace)), isArriving(trace)))}`;
}

function renderItem(trace: Waterfall, arriving: boolean): Markup {
  const top = trace.spans[0];
  const platform = trace.spans.map(({ attributes }) => attributes['cloud.platform']).find(Boolean);
  const query = top?.attributes[ATTR.query];
  const invocation = isInvocation(trace);
  const isRequest = query !== undefined;
  const what = isRequest
    ? html`“${foreign(query)}”`
    : html`${invocation ? 'invocation of loadgen' : arriving ? '' : foreign(top?.name ?? '')}`;
  // Without the root span, the duration of the request is unknown.
  const took = arriving && !isRequest && !invocation ? '' : formatMs(trace.durationMs);
  const on = platform === undefined ? '–' : foreign(localLabel(platform));
  const error = trace.spans.find((span) => span.error !== null)?.error?.type ?? null;
  return html`<details id="trace-${trace.traceId}" data-spans="${trace.spans.length}">
<summary><span class="trace-line"><span class="at">${new Date(trace.startMs).toISOString().slice(11, 19)}</span> <span class="on">${on}</span> <span class="what">${what}</span> <span class="number">${took}</span> <span class="count number">${trace.spans.length} ${trace.spans.length === 1 ? 'span' : 'spans'}</span> <span class="state">${renderProgress(trace, { arriving: arriving && !invocation, isRequest, error })}</span></span></summary>
<div class="body"></div>
</details>
`;
}

/** The trace of the schedule's call to loadgen. Each request of the run has a separate trace. */
const isInvocation = ({ spans }: Waterfall): boolean =>
  spans.some(({ service, kind }) => service === 'loadgen' && kind === 'server');

function renderProgress(
  { whole, cold }: Waterfall,
  state: Readonly<{ arriving: boolean; isRequest: boolean; error: string | null }>,
): Markup {
  if (state.arriving) return html`<span class="flag">arriving</span>`;
  if (!state.isRequest) return html`<span class="flag">no request</span>`;
  return renderState({ whole, cold, error: state.error });
}

/** One trace as a waterfall, to be put into its item. */
export function renderTrace(trace: Trace): Markup {
  const waterfall = createWaterfall(normalise(trace));
  const colour = createColours(waterfall.spans);
  return html`<p class="note">Trace <code>${waterfall.traceId}</code>, ${formatMs(waterfall.durationMs)} (local)</p>
${renderWaterfall({
  id: `span-${waterfall.traceId}`,
  title: `Trace ${waterfall.traceId}`,
  a: { label: 'local', trace: waterfall },
  b: null,
  colour,
})}`;
}
