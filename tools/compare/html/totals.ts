import { counted } from '../../cli/format.ts';
import type { Total } from '../../traces/sources/bigquery/totals.ts';
import type { Comparison } from '../result/comparison.ts';
import { nameOfTotal } from '../text/render-totals.ts';
import { scrollable } from './cohorts.ts';
import { foreign, html, type Markup } from './markup.ts';
import { formatMs } from './words.ts';

const MOST_ROWS = 100;

/** Every span of the window by service and name; nothing where they were not counted apart. */
export function renderTotals({ totals = [] }: Pick<Comparison, 'totals'>): Markup | null {
  if (totals.length === 0) return null;
  const rest = totals.length - MOST_ROWS;
  const headings = HEADINGS.map((heading) => html`<th scope="col">${heading}</th>`);
  const table = html`<table><thead><tr>${headings}</tr></thead><tbody>
${totals.slice(0, MOST_ROWS).map(renderRow)}</tbody></table>`;
  return html`<section aria-labelledby="totals">
<h2 id="totals">Totals of the window</h2>
<p>Every span that BigQuery holds of the window and the filter, whether its trace was read or not. Quantiles are approximate.</p>
${scrollable('Totals of the window', table)}
${rest > 0 && html`<p class="note">${counted(rest, 'name')} more.</p>`}
</section>`;
}

const HEADINGS = ['Service and span', 'Spans', 'Errors', 'Orphans', 'p50', 'p95', 'p99'];

function renderRow(total: Total): Markup {
  const { spans, errors, orphans, p50Ms, p95Ms, p99Ms } = total;
  const quantiles = [p50Ms, p95Ms, p99Ms].map(formatMs);
  const cells = [spans, errors, orphans, ...quantiles].map((value) => html`<td>${value}</td>`);
  return html`<tr><th scope="row">${foreign(nameOfTotal(total))}</th>${cells}</tr>\n`;
}
