import type { Stratum } from '../cohorts/request-record.ts';
import type { Cost } from '../result/cost.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { Hop } from '../statistics/hop.ts';
import { costText, notableCostOf } from '../text/cost-words.ts';
import { hopExtent, hopVerdictWord, type NotCompared, notComparedText } from '../text/wording.ts';
import { foreign, html, type Markup, renderName } from './markup.ts';
import { createTimeScale, type TimeScale } from './scale.ts';
import { formatDifferenceMs, formatMs, type Labels } from './words.ts';

export type HopsOptions = Readonly<{
  hops: readonly Hop[];
  stratum: Stratum;
  labels: Labels;
  lacking: NotCompared;
  cost: Cost | null;
  colour: (path: string) => string;
}>;

/**
 * Where the difference arises: one line per hop, its interval drawn on one axis for all. On a
 * telephone the cells of a row are stacked (table.css), which takes a table's roles away from
 * assistive technology: so they are spelt out.
 */
export function renderHopTable(options: HopsOptions): Markup {
  const { hops, stratum } = options;
  const scale = differenceScale(hops);
  const heads: readonly (readonly [name: Markup, kind: string])[] = [
    [html`Hop`, ''],
    [html`Time`, 'time'],
    [html`<span class="key a"></span>A p50`, 'number'],
    [html`<span class="key b"></span>B p50`, 'number'],
    [html`A − B, typical`, 'number'],
    ...(scale ? ([[renderEnds(scale), 'interval']] as const) : []),
    [html`Verdict`, ''],
  ];
  return html`<table class="hops stacked" role="table" aria-label="Hops of ${stratum} requests">
<thead role="rowgroup"><tr role="row">${heads.map(([name, kind]) => html`<th role="columnheader" scope="col" class="${kind}">${name}</th>`)}</tr></thead>
<tbody role="rowgroup">
${hops.map((hop) => renderHop(hop, scale, options))}</tbody></table>${notComparedText(options.labels, options.lacking, stratum).map((line) => html`\n<p class="note">${foreign(line)}</p>`)}`;
}

function renderHop(
  hop: Hop,
  scale: TimeScale | null,
  { colour, labels, lacking, cost }: HopsOptions,
): Markup {
  const waiting = notableCostOf(cost, hop);
  const { a, b, differenceMs, verdict, measure, depth } = hop;
  return html`<tr role="row" class="${verdict} ${colour(hop.path)}">
<th role="rowheader" scope="row" class="d${Math.min(depth, 12)}">${renderHopName(hop)}</th>
<td role="cell" class="time">${measure}</td>
<td role="cell" class="number of-a">${formatMs(a?.selfP50Ms ?? null)}</td>
<td role="cell" class="number of-b">${formatMs(b?.selfP50Ms ?? null)}</td>
<td role="cell" class="number">${verdict === 'not-enough-data' ? '–' : formatDifferenceMs(differenceMs.p50)}</td>
${scale && html`<td role="cell" class="interval">${verdict !== 'not-enough-data' && renderInterval(differenceMs, scale)}</td>\n`}<td role="cell" class="words">${hopVerdictWord(hop, labels, lacking)}${waiting !== null && html` <span class="note">${costText(waiting)}</span>`}${hop.remark !== null && html` <span class="note">${hop.remark}</span>`}</td></tr>
`;
}

export function renderHopName(hop: Hop): Markup {
  const { name, service } = hop;
  return html`<span class="label"><span class="swatch"></span>${renderName(name)} <span class="service">${foreign(service)}</span>${hopExtent(hop).map((extent) => html` <span class="flag">${extent}</span>`)}</span>`;
}

/** Symmetric about zero, so that the side of a bar says who is faster; null: nothing to draw. */
function differenceScale(hops: readonly Hop[]): TimeScale | null {
  const ends = hops
    .filter(({ verdict }) => verdict !== 'not-enough-data')
    .flatMap(({ differenceMs: { p50, low, high } }) => [p50, low, high]);
  const most = Math.max(...ends.map((end) => Math.abs(end ?? 0)));
  return most > 0 ? createTimeScale(-most * 1.05, most * 1.05) : null;
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
