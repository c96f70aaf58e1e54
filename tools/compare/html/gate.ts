import type { Gate } from '../gate/gate.ts';
import { gateTable } from '../gate/gate-words.ts';
import { scrollable } from './cohorts.ts';
import { foreign, html, type Markup } from './markup.ts';

/** The conditions of `--fail-if`; nothing where there are none. */
export function renderGate(gate: Gate | undefined): Markup | null {
  if (gate === undefined) return null;
  const { title, heads, rows, legend, together } = gateTable(gate);
  const table = html`<table><thead><tr>${heads.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${rows.map(
  ({ outcome, reason, condition, figures }) =>
    html`<tr><th scope="row"><strong>${outcome}</strong>${reason !== null && html` <span class="note">${foreign(reason)}</span>`}</th><td>${foreign(condition)}</td>${figures.map((figure) => html`<td>${figure}</td>`)}</tr>\n`,
)}</tbody></table>`;
  return html`<section aria-labelledby="gate">
<h2 id="gate">${title}</h2>
${scrollable('Gate', table)}
<p class="note">${legend.term}: ${legend.meaning}${together !== null && html` ${together}`}</p>
</section>`;
}
