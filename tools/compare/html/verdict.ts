import type { Comparison } from '../result/comparison.ts';
import type { Exemplars } from '../result/exemplars.ts';
import type { Overall } from '../statistics/overall.ts';
import { typicalUnit } from '../text/legend.ts';
import { sampleText } from '../text/sample-words.ts';
import { severalRootsText } from '../text/several-roots.ts';
import { pText, smallestText } from '../text/wording.ts';
import { renderDistribution } from './distribution.ts';
import { foreign, html, type Markup } from './markup.ts';
import { renderTails } from './tails.ts';
import { formatDifferenceMs, formatInterval, formatMs, type Labels, ratioFormat } from './words.ts';

/** The one primary verdict, before everything else. */
export function renderVerdict(comparison: Comparison, labels: Labels): Markup {
  const { overall, cohorts, reconciliation, exemplars } = comparison;
  const { a, b } = overall;
  const smallest = smallestText(comparison);
  return html`<section class="verdict ${overall.verdict}" aria-labelledby="verdict">
<h2 id="verdict">${headline(overall, labels)}</h2>
<p>${support(overall, labels)}</p>
${severalRootsText(comparison).map((line) => html`<p>${foreign(line)}</p>\n`)}${smallest !== null && html`<p>${smallest}</p>\n`}${
  reconciliation !== null &&
  html`<p>${foreign(reconciliation)}</p>
`
}<dl class="tiles">
<div><dt><span class="key a"></span>${foreign(labels.a)}, median</dt><dd>${formatMs(a?.p50Ms ?? null)}</dd><dd class="note">${a ? `p95 ${formatMs(a.p95Ms)}, ${a.n} requests` : 'no warm requests'}</dd></div>
<div><dt><span class="key b"></span>${foreign(labels.b)}, median</dt><dd>${formatMs(b?.p50Ms ?? null)}</dd><dd class="note">${b ? `p95 ${formatMs(b.p95Ms)}, ${b.n} requests` : 'no warm requests'}</dd></div>
${overall.verdict !== 'not-enough-data' && renderDifference(overall)}</dl>
<p class="note">Warm requests, ${overall.measure}; ${overall.method}; ${sampleText({ overall, cohorts })}${overall.pValue !== null && `; p ${pText(overall.pValue)}`}.</p>
${renderDistribution({
  title: 'Root latency of warm requests',
  ecdf: overall.ecdf,
  quantileDifferences: overall.quantileDifferences,
  labels,
  marks: { a: marksOf(exemplars.a), b: marksOf(exemplars.b) },
})}
${renderTails(comparison)}
</section>`;
}

const marksOf = ({ median, p95 }: Exemplars) =>
  [median, p95].flatMap((drawn) =>
    drawn === null || drawn.latencyMs === null ? [] : [{ ms: drawn.latencyMs }],
  );

/** Between two medians a reader would take them for the difference of those: so they say of what. */
function renderDifference(overall: Overall): Markup {
  const { differenceMs, ratio } = overall;
  const format = ratioFormat(ratio);
  const of = `typical ${typicalUnit(overall)}`;
  return html`<div><dt>A − B, ${of}</dt><dd>${formatDifferenceMs(differenceMs.p50)}</dd><dd class="note">interval ${formatInterval(differenceMs, formatDifferenceMs)}; not of the two medians</dd></div>
<div><dt>A / B, ${of}</dt><dd>${format(ratio.p50)}</dd><dd class="note">interval ${formatInterval(ratio, format)}; the figure that is tested</dd></div>
`;
}

function headline({ verdict }: Overall, labels: Labels): Markup {
  switch (verdict) {
    case 'a-faster':
      return html`${foreign(labels.a)} is faster`;
    case 'b-faster':
      return html`${foreign(labels.b)} is faster`;
    case 'no-difference-seen':
      return html`No difference seen`;
    case 'not-enough-data':
      return html`No verdict`;
  }
}

/** In the measure that was tested, the ratio: an interval of milliseconds may say less. */
function support({ verdict, reason, ratio }: Overall, labels: Labels): Markup {
  if (reason !== null) return html`${reason}`;
  const format = ratioFormat(ratio);
  const times = html`A typical warm request takes <strong>${format(ratio.p50)}</strong> times as long on ${foreign(labels.a)} as on ${foreign(labels.b)}, interval ${formatInterval(ratio, format)}`;
  if (verdict !== 'no-difference-seen') return html`${times}.`;
  return html`${times}. The interval includes 1, so neither side is shown to be faster.`;
}
