import { html, type Markup } from '../../compare/html/markup.ts';
import { createColours } from '../../compare/html/rows.ts';
import { type Lane, renderWaterfall } from '../../compare/html/waterfall.ts';
import { formatMs } from '../../compare/html/words.ts';
import { labelOfTrace } from '../platforms/labels.ts';
import { type Logged, lanesOf } from './drawn-trace.ts';
import { startOf } from './newest-first.ts';

/**
 * Two traces on one time scale, a row per path: the hop's bar of the one beside that of the other. The
 * n-th request of the one is laid beside the n-th of the other, where a trace holds several.
 */
export function renderBeside(one: Logged, other: Logged): Markup {
  const labels = { a: `1: ${labelOf(one)}`, b: `2: ${labelOf(other)}` };
  const a = lanesOf(one, { label: labels.a, side: 'a' });
  const b = lanesOf(other, { label: labels.b, side: 'b' });
  const count = Math.max(a.lanes.length, b.lanes.length);
  const indices = Array.from({ length: count }, (_, index) => index);
  return html`<ul class="legend">
<li class="note"><span class="key a"></span>${labels.a}, <code>${one.trace.traceId}</code></li>
<li class="note"><span class="key b"></span>${labels.b}, <code>${other.trace.traceId}</code></li>
</ul>
${indices.map((index) => renderPair(a.lanes[index] ?? null, b.lanes[index] ?? null, index))}${a.rest}${b.rest}`;
}

function renderPair(a: Lane | null, b: Lane | null, index: number): Markup {
  return renderWaterfall({
    id: `beside-${index}`,
    title: index === 0 ? 'Two traces side by side' : `Two traces, request ${index + 1}`,
    a,
    b,
    colour: createColours([...(a?.trace.spans ?? []), ...(b?.trace.spans ?? [])]),
    beside: true,
  });
}

/** `Cloud Run (local) at 03:04:05, 51.2 ms` */
function labelOf({ trace, from }: Logged): string {
  const startMs = startOf(trace);
  const endMs = trace.spans.reduce((latest, span) => Math.max(latest, span.endMs), startMs);
  const at = new Date(startMs).toISOString().slice(11, 19);
  return `${labelOfTrace(trace) ?? 'trace'}${from === undefined ? '' : ` of ${from}`} at ${at}, ${formatMs(endMs - startMs)}`;
}
