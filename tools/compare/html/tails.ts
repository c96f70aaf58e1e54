import type { Comparison } from '../result/comparison.ts';
import type { Estimate } from '../statistics/estimate.ts';
import {
  hasNoEstimate,
  hasNoTails,
  tailName,
  tailNotes,
  tailsLegend,
} from '../text/render-tails.ts';
import { scrollable } from './cohorts.ts';
import { foreign, html, type Markup } from './markup.ts';
import { formatInterval, formatMs, ratioFormat } from './words.ts';

/** Median, p95 and p99 of both sides; nothing where no request counts. */
export function renderTails(comparison: Pick<Comparison, 'tails' | 'overall'>): Markup | null {
  const { tails } = comparison;
  if (hasNoTails(tails)) return null;
  const notes = tailNotes(tails);
  if (hasNoEstimate(tails)) {
    return html`<h3>Tails</h3>
<p class="note">${foreign(notes.join(' '))}</p>`;
  }
  const rows = tails.map(
    (tail) =>
      html`<tr><th scope="row">${tailName(tail)}</th>${cell(tail.a, formatMs)}${cell(tail.b, formatMs)}${cell(tail.ratio, ratioFormat(tail.ratio))}</tr>\n`,
  );
  const heads = [
    html`<span class="key a"></span>A`,
    html`<span class="key b"></span>B`,
    html`A / B`,
  ].map((name) => html`<th scope="col" class="number">${name}</th>`);
  const table = html`<table class="tails"><thead><tr><td></td>${heads}</tr></thead><tbody>
${rows}</tbody></table>`;
  return html`<h3>Tails</h3>
${scrollable('Tails', table)}
<p class="note">${foreign([...notes, tailsLegend(comparison)].join(' '))}</p>`;
}

/** A figure above its interval; no figure where it is not estimable. */
function cell(estimate: Estimate, format: (value: number) => string): Markup {
  const { p50, low, high } = estimate;
  if (p50 === null || low === null || high === null) return html`<td class="number">–</td>`;
  return html`<td class="number">${format(p50)} <span class="note">${formatInterval(estimate, format)}</span></td>`;
}
