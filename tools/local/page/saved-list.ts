import { foreign, html, type Markup } from '../../compare/html/markup.ts';
import { renderRecentTraces } from './recent-traces.ts';
import type { SavedTraces } from './saved-traces.ts';

/** The section of the page that lists the traces of a `--beside`; nothing more arrives for them. */
export function renderSavedTraces({ name, traces, of, level }: SavedTraces, index: number): Markup {
  const bound = traces.size < of && `The newest ${traces.size} of ${of}. `;
  return html`<section aria-labelledby="saved-${index}">
<h2 id="saved-${index}">Traces of ${foreign(name)}</h2>
<p class="note">${bound}Saved before this run and not part of its comparison. Open one, follow its link, and lay another trace beside it.</p>
<div class="traces saved all">${renderRecentTraces([...traces.values()], () => false, level)}</div>
</section>
`;
}
