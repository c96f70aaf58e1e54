import type { Gate } from '../gate/gate.ts';
import {
  confidenceText,
  formatSize,
  foundText,
  gateHeadline,
  intervalText,
  outcomeWord,
  togetherText,
} from '../gate/gate-words.ts';
import { scrollable } from './cohorts.ts';
import { foreign, html, type Markup } from './markup.ts';

/** The conditions of `--fail-if`; nothing where there are none. */
export function renderGate(gate: Gate | undefined): Markup | null {
  if (gate === undefined) return null;
  const together = togetherText(gate);
  const heads = ['Outcome', 'Fails if', 'Found', `${confidenceText(gate)} interval`, 'Data finds'];
  const rows = gate.conditions.map(
    (judged) =>
      html`<tr><th scope="row"><strong>${outcomeWord(judged.outcome)}</strong>${judged.reason !== null && html` <span class="note">${foreign(judged.reason)}</span>`}</th><td>${foreign(judged.condition)}</td><td>${foundText(judged)}</td><td>${intervalText(judged)}</td><td>${judged.smallestDifference === null ? '–' : formatSize(judged.smallestDifference, judged.unit)}</td></tr>\n`,
  );
  const table = html`<table><thead><tr>${heads.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${rows}</tbody></table>`;
  return html`<section aria-labelledby="gate">
<h2 id="gate">${gateHeadline(gate).replace(/\.$/, '')}</h2>
${scrollable('Gate', table)}
<p class="note">Data finds: a difference that this much data finds in 8 of 10 cases.${together !== null && html` ${together}`}</p>
</section>`;
}
