import { foreign, html, type Markup } from '../../compare/html/markup.ts';
import { renderRecentTraces } from './recent-traces.ts';
import type { SavedTraces } from './saved-traces.ts';

/** The section of the page that lists the traces of `--beside`; nothing more arrives for them. */
export function renderSavedTraces({ name, traces, of }: SavedTraces): Markup {
  const bound = traces.size < of && `The newest ${traces.size} of ${of}. `;
  return html`<section aria-labelledby="saved">
<h2 id="saved">Traces of ${foreign(name)}</h2>
<p class="note">${bound}Saved before this run and not part of its comparison. Open one, follow its link, and lay a trace of this run beside it.</p>
<div id="saved-traces" class="traces all">${renderRecentTraces([...traces.values()], () => false)}</div>
</section>
`;
}
