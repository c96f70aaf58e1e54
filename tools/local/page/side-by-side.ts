import { html, type Markup } from '../../compare/html/markup.ts';
import { createColours } from '../../compare/html/rows.ts';
import { renderWaterfall } from '../../compare/html/waterfall.ts';
import { formatMs } from '../../compare/html/words.ts';
import type { Trace } from '../../traces/model.ts';
import { createWaterfall, type Waterfall } from '../../traces/waterfall.ts';
import { localLabel } from '../platforms/labels.ts';
import { drawnTrees } from './recent-traces.ts';

/**
 * Two traces on one time scale, a row per path: the hop's bar of the one beside that of the other. The
 * n-th request of the one is laid beside the n-th of the other, where a trace holds several.
 */
export function renderBeside(one: Trace, other: Trace): Markup {
  const [a, b] = [waterfallsOf(one), waterfallsOf(other)];
  const labels = { a: `1: ${labelOf(one, a[0])}`, b: `2: ${labelOf(other, b[0])}` };
  const pairs = Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index);
  return html`<ul class="legend">
<li class="note"><span class="key a"></span>${labels.a}, <code>${one.traceId}</code></li>
<li class="note"><span class="key b"></span>${labels.b}, <code>${other.traceId}</code></li>
</ul>
${pairs.map((index) => renderPair({ a: a[index], b: b[index], labels, index }))}`;
}

const waterfallsOf = (trace: Trace): readonly Waterfall[] =>
  drawnTrees(trace).map((tree) => createWaterfall(tree));

function renderPair(pair: {
  a: Waterfall | undefined;
  b: Waterfall | undefined;
  labels: Readonly<{ a: string; b: string }>;
  index: number;
}): Markup {
  const { a, b, labels, index } = pair;
  return renderWaterfall({
    id: `beside-${index}`,
    title: index === 0 ? 'Two traces side by side' : `Two traces, request ${index + 1}`,
    a: a ? { label: labels.a, trace: a } : null,
    b: b ? { label: labels.b, trace: b } : null,
    colour: createColours([...(a?.spans ?? []), ...(b?.spans ?? [])]),
    beside: true,
  });
}

/** `Cloud Run (local) at 03:04:05, 51.2 ms` */
function labelOf({ spans }: Trace, waterfall: Waterfall | undefined): string {
  const platform = spans.map(({ attributes }) => attributes['cloud.platform']).find(Boolean);
  const startMs = waterfall?.startMs ?? Math.min(...spans.map((span) => span.startMs));
  const at = new Date(startMs).toISOString().slice(11, 19);
  return `${platform === undefined ? 'trace' : localLabel(platform)} at ${at}, ${formatMs(waterfall?.durationMs ?? null)}`;
}
