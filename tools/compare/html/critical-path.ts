import { formatPercent } from '../../cli/format.ts';
import { SIDES } from '../cohorts/cohort.ts';
import type { CriticalPath } from '../cohorts/critical-path.ts';
import type { Hop } from '../statistics/hop.ts';
import { foreign, html, type Markup, renderName } from './markup.ts';
import { formatMs, type Labels } from './words.ts';

type Column = Readonly<{
  label: string;
  side: 'a' | 'b';
  ms: (path: CriticalPath) => number;
  share: (path: CriticalPath) => number;
}>;

/** What each hop adds to the time that the caller waits: at the median and at p95. */
export function renderCriticalPath(
  hops: readonly Hop[],
  labels: Labels,
  colour: (path: string) => string,
): Markup {
  const columns: readonly Column[] = (['median', 'p95'] as const).flatMap((at) =>
    SIDES.map((side) => ({
      label: `${labels[side]}, ${at}`,
      side,
      ms: (path: CriticalPath) => (at === 'median' ? path.medianMs : path.p95Ms),
      share: (path: CriticalPath) => (at === 'median' ? path.medianShare : path.p95Share),
    })),
  );
  const longestMs = Math.max(...columns.map((column) => total(hops, column)), 0.001);
  const shown = hops.filter((hop) => hop.criticalPath.a !== null || hop.criticalPath.b !== null);
  return html`<div class="stacks">${columns.map(
    (column) =>
      html`<p><span class="key ${column.side}"></span>${foreign(column.label)}</p>${renderStack(shown, column, longestMs, colour)}<p class="number">${formatMs(total(hops, column))}</p>\n`,
  )}</div>
<table class="contributions stacked" role="table" aria-label="Contribution of each hop to the critical path">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Hop</th>${columns.map((column) => html`<th role="columnheader" scope="col" class="number"><span class="key ${column.side}"></span>${foreign(column.label)}</th>`)}</tr></thead>
<tbody role="rowgroup">
${shown.map(
  (hop) =>
    html`<tr role="row" class="${colour(hop.path)}"><th role="rowheader" scope="row"><span class="label"><span class="swatch"></span>${renderName(hop.name)} <span class="service">${foreign(hop.service)}</span></span></th>${columns.map((column) => renderCell(hop, column))}</tr>\n`,
)}</tbody></table>`;
}

function renderCell(hop: Hop, column: Column): Markup {
  const path = hop.criticalPath[column.side];
  const { label, ms, share } = column;
  const content =
    path && html`${formatMs(ms(path))} <span class="note">${formatPercent(share(path))}</span>`;
  return html`<td role="cell" class="number" data-label="${label}">${content ?? '–'}</td>`;
}

function total(hops: readonly Hop[], { side, ms }: Column): number {
  return hops.reduce((sum, hop) => {
    const path = hop.criticalPath[side];
    return path === null ? sum : sum + ms(path);
  }, 0);
}

function renderStack(
  hops: readonly Hop[],
  column: Column,
  longestMs: number,
  colour: (path: string) => string,
): Markup {
  let leftMs = 0;
  const percent = (ms: number) => ((ms / longestMs) * 100).toFixed(2);
  const parts = hops.flatMap((hop) => {
    const path = hop.criticalPath[column.side];
    if (path === null) return [];
    const x = percent(leftMs);
    leftMs += column.ms(path);
    return html`<rect class="${colour(hop.path)}" x="${x}%" y="0" width="${percent(column.ms(path))}%" height="18"/>`;
  });
  return html`<svg height="18" aria-hidden="true">${parts}</svg>`;
}
