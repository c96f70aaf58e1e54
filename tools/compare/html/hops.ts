import type { Estimate, Hop, HopQuantiles, Stratum } from '../comparison.ts';
import { scrollable } from './cohorts.ts';
import { renderDistribution } from './distribution.ts';
import { foreign, html, type Markup } from './markup.ts';
import { createTimeScale, type TimeScale } from './scale.ts';
import { formatP } from './verdict.ts';
import {
  formatDifferenceMs,
  formatInterval,
  formatMs,
  formatRatio,
  type Labels,
  verdictWords,
} from './words.ts';

export type HopsOptions = Readonly<{
  hops: readonly Hop[];
  stratum: Stratum;
  labels: Labels;
  colour: (path: string) => string;
}>;

/** Where the difference arises: one line per hop, its interval drawn on one axis for all. */
export function renderHopTable({ hops, stratum, labels, colour }: HopsOptions): Markup {
  const scale = differenceScale(hops);
  return scrollable(
    `Hops of ${stratum} requests`,
    html`<table class="hops"><thead><tr><th scope="col">Hop</th><th scope="col">Time</th><th scope="col" class="number"><span class="key a"></span>A p50</th><th scope="col" class="number"><span class="key b"></span>B p50</th><th scope="col" class="number">A − B</th><th scope="col" class="interval">${renderEnds(scale)}</th><th scope="col">Verdict</th></tr></thead><tbody>
${hops.map((hop) => {
  const { a, b, differenceMs, verdict, measure } = hop;
  return html`<tr class="${verdict} ${colour(hop.path)}"><th scope="row" class="d${Math.min(hop.depth, 12)}">${renderHopName(hop)}</th><td>${measure}</td><td class="number">${formatMs(a?.selfP50Ms ?? null)}</td><td class="number">${formatMs(b?.selfP50Ms ?? null)}</td><td class="number">${formatDifferenceMs(differenceMs.p50)}</td><td class="interval">${renderInterval(differenceMs, scale)}</td><td class="words">${a && b ? verdictWords(verdict, labels) : `only in ${a ? labels.a : labels.b}`}</td></tr>\n`;
})}</tbody></table>`,
  );
}

function renderHopName({ name, service, maxSiblings }: Hop): Markup {
  return html`<span class="label"><span class="swatch"></span><span class="name">${foreign(name)}</span> <span class="service">${foreign(service)}</span>${maxSiblings > 1 && html` <span class="flag">up to ${maxSiblings} together</span>`}</span>`;
}

/** Symmetric about zero, so that the side of a bar says who is faster. */
function differenceScale(hops: readonly Hop[]): TimeScale {
  const ends = hops.flatMap(({ differenceMs: { p50, low, high } }) => [p50, low, high]);
  const most = Math.max(...ends.map((end) => Math.abs(end ?? 0)), 0.001);
  return createTimeScale(-most * 1.05, most * 1.05);
}

const renderEnds = (scale: TimeScale) =>
  html`<span class="ends"><span>A faster ◂ ${formatMs(scale.toMs)}</span><span>${formatMs(scale.toMs)} ▸ B faster</span></span>`;

function renderInterval({ p50, low, high }: Estimate, scale: TimeScale): Markup {
  return html`<svg height="14" aria-hidden="true"><line class="zero" x1="50%" x2="50%" y2="100%"/>${
    low !== null &&
    high !== null &&
    html`<line class="range" x1="${scale.percent(low)}%" x2="${scale.percent(high)}%" y1="7" y2="7"/>`
  }${p50 !== null && html`<circle cx="${scale.percent(p50)}%" cy="7" r="3.5"/>`}</svg>`;
}

/** Everything known of each hop: all quantiles, the split of its gap, its distribution. */
export function renderHopDetails({ hops, stratum, labels, colour }: HopsOptions): Markup {
  return html`<div class="hop-details">${hops.map(
    (hop, index) => html`<details id="${stratum}-hop-${index}" class="${colour(hop.path)}">
<summary>${renderHopName(hop)} <span class="words">${hop.a && hop.b ? verdictWords(hop.verdict, labels) : `only in ${hop.a ? labels.a : labels.b}`}</span></summary>
<p class="path">${foreign(hop.path)}</p>
<p>${hop.measure === 'gap' ? 'Gap between the client’s span and the server’s: network and platform.' : 'Self time: no child was working.'} Difference A − B ${formatDifferenceMs(hop.differenceMs.p50)} (${formatInterval(hop.differenceMs, formatDifferenceMs)}), ratio ${formatRatio(hop.ratio.p50)} (${formatInterval(hop.ratio, formatRatio)})${hop.pAdjusted !== null && `, adjusted p ${formatP(hop.pAdjusted)}`}.</p>
${renderSplit(hop, labels)}
${renderQuantiles(hop, labels)}
${renderDistribution({
  title: hop.measure === 'gap' ? 'Gap' : 'Self time',
  ecdf: hop.ecdf,
  quantileDifferences: hop.quantileDifferences,
  labels,
})}
</details>\n`,
  )}</div>`;
}

function renderQuantiles({ measure, a, b }: Hop, labels: Labels): Markup {
  const row = (label: string, cells: readonly (number | undefined)[], n: number | undefined) =>
    html`<tr><th scope="row">${label}</th><td class="number">${n ?? '–'}</td>${cells.map((ms) => html`<td class="number">${formatMs(ms ?? null)}</td>`)}</tr>\n`;
  const both = (
    label: string,
    pick: (quantiles: HopQuantiles | null) => readonly (number | undefined)[],
  ) =>
    html`${row(`${labels.a}, ${label}`, pick(a), a?.n)}${row(`${labels.b}, ${label}`, pick(b), b?.n)}`;
  return scrollable(
    'Quantiles of both cohorts',
    html`<table><thead><tr><td></td>${['n', 'p50', 'p90', 'p95', 'p99'].map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead><tbody>
${both(measure === 'gap' ? 'gap' : 'self', (q) => [q?.selfP50Ms, q?.selfP90Ms, q?.selfP95Ms, q?.selfP99Ms])}${both('inclusive', (q) => [q?.p50Ms, q?.p90Ms, q?.p95Ms, q?.p99Ms])}</tbody></table>`,
  );
}

function renderSplit({ split }: Hop, labels: Labels): Markup | null {
  if (split === null) return null;
  const lines = (['a', 'b'] as const).flatMap((side) => {
    const part = split[side];
    if (part === null) return [];
    const measured =
      part.measured > 0
        ? `network ${formatMs(part.networkP50Ms)}, platform ${formatMs(part.platformP50Ms)} (medians; measured by the front end’s own span in ${part.measured} requests; `
        : 'not divided (';
    return html`<li>${foreign(labels[side])}: ${measured}inferred as a whole in ${part.inferred})</li>\n`;
  });
  return html`<ul>${lines}</ul>`;
}
