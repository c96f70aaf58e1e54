import { counted } from '../../cli/format.ts';
import { SIDES } from '../cohorts/cohort.ts';
import type { Cost } from '../result/cost.ts';
import type { Hop, HopQuantiles } from '../statistics/hop.ts';
import { costOfHop, costText } from '../text/cost-words.ts';
import { gapPlaces, SPAN_EXTENT } from '../text/legend.ts';
import { hopVerdictWord, pText, testedText } from '../text/wording.ts';
import { scrollable } from './cohorts.ts';
import { renderDistribution } from './distribution.ts';
import { type HopsOptions, renderHopName } from './hop-table.ts';
import { foreign, html, type Markup } from './markup.ts';
import { formatDifferenceMs, formatInterval, formatMs, type Labels, ratioFormat } from './words.ts';

/** Everything known of each hop: all quantiles, the split of its gap, its distribution. */
export function renderHopDetails(options: HopsOptions): Markup {
  const { hops, stratum, labels, lacking, colour, cost } = options;
  return html`<div class="hop-details">${hops.map(
    (hop, index) => html`<details id="${stratum}-hop-${index}" class="${colour(hop.path)}">
<summary>${renderHopName(hop)} <span class="words ${hop.verdict}">${hopVerdictWord(hop, labels, lacking)}</span></summary>
<p class="path">${foreign(hop.path)}</p>
<p>${hop.measure === 'gap' ? `Gap between the client’s span and the server’s: ${gapPlaces(hop)}.` : 'Self time: no span below was at work.'}${hop.verdict !== 'not-enough-data' && ` Difference A − B, typical: ${formatDifferenceMs(hop.differenceMs.p50)} (${formatInterval(hop.differenceMs, formatDifferenceMs)}), ratio ${ratioFormat(hop.ratio)(hop.ratio.p50)} (${formatInterval(hop.ratio, ratioFormat(hop.ratio))})${hop.pAdjusted === null ? '' : `, adjusted p ${pText(hop.pAdjusted)}`}${testedNote(hop)}.`}${hop.remark !== null && ` Note: ${hop.remark}.`}</p>
${renderCost(cost, hop)}${renderSplit(hop, labels)}
${renderQuantiles(hop)}
${renderDistribution({
  title: hop.measure === 'gap' ? 'Gap' : 'Self time',
  ecdf: hop.ecdf,
  quantileDifferences: hop.quantileDifferences,
  labels,
})}
</details>\n`,
  )}</div>`;
}

function renderCost(cost: Cost | null, hop: Hop): Markup | null {
  const waiting = costOfHop(cost, hop);
  return (
    waiting &&
    html`<p>A − B ${costText(waiting)}.</p>
`
  );
}

/** Nothing where a hop has no difference to speak of, or all of its requests were tested. */
function testedNote(hop: Hop): string {
  const text = hop.differenceMs.p50 === null ? '' : testedText(hop);
  return text && `, ${text}`;
}

function renderQuantiles({ measure, a, b }: Hop): Markup {
  const own = (q: HopQuantiles) => [q.selfP50Ms, q.selfP90Ms, q.selfP95Ms, q.selfP99Ms];
  const inclusive = (q: HopQuantiles) => [q.p50Ms, q.p90Ms, q.p95Ms, q.p99Ms];
  const row = (side: 'a' | 'b', label: string, pick: (q: HopQuantiles) => number[]) => {
    const quantiles = side === 'a' ? a : b;
    const cells = quantiles ? pick(quantiles) : [null, null, null, null];
    return html`<tr><th scope="row"><span class="key ${side}"></span>${side.toUpperCase()} ${label}</th><td class="number">${quantiles?.n ?? '–'}</td>${cells.map((ms) => html`<td class="number">${formatMs(ms)}</td>`)}</tr>\n`;
  };
  const table = scrollable(
    'Quantiles of both cohorts',
    html`<table><thead><tr><td></td>${['n', 'p50', 'p90', 'p95', 'p99'].map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead><tbody>
${SIDES.map((side) => row(side, measure, own))}${SIDES.map((side) => row(side, 'inclusive', inclusive))}</tbody></table>`,
  );
  return html`${table}
<p class="note">inclusive: ${SPAN_EXTENT}.</p>`;
}

function renderSplit({ split }: Hop, labels: Labels): Markup | null {
  if (split === null) return null;
  const lines = SIDES.flatMap((side) => {
    const part = split[side];
    if (part === null) return [];
    const measured =
      part.measured > 0
        ? `network ${formatMs(part.networkP50Ms)}, platform ${formatMs(part.platformP50Ms)} (medians; measured by the front end’s own span in ${counted(part.measured, 'request')}; `
        : 'not divided (';
    return html`<li>${foreign(labels[side])}: ${measured}in ${counted(part.inferred, 'request')} only the sum is known)</li>\n`;
  });
  return html`<ul>${lines}</ul>`;
}
