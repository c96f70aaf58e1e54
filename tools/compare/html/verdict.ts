import type { Comparison, Overall } from '../comparison.ts';
import { pText } from '../wording.ts';
import { renderDistribution } from './distribution.ts';
import { foreign, html, type Markup } from './markup.ts';
import { formatDifferenceMs, formatInterval, formatMs, formatRatio, type Labels } from './words.ts';

/** The one primary verdict, before everything else. */
export function renderVerdict({ overall }: Comparison, labels: Labels): Markup {
  const { a, b, differenceMs, ratio } = overall;
  return html`<section class="verdict ${overall.verdict}" aria-labelledby="verdict">
<h2 id="verdict">${headline(overall, labels)}</h2>
<p>${support(overall)}</p>
<dl class="tiles">
<div><dt><span class="key a"></span>${foreign(labels.a)}, median</dt><dd>${formatMs(a?.p50Ms ?? null)}</dd><dd class="note">${a ? `p95 ${formatMs(a.p95Ms)}, ${a.n} requests` : 'no warm requests'}</dd></div>
<div><dt><span class="key b"></span>${foreign(labels.b)}, median</dt><dd>${formatMs(b?.p50Ms ?? null)}</dd><dd class="note">${b ? `p95 ${formatMs(b.p95Ms)}, ${b.n} requests` : 'no warm requests'}</dd></div>
<div><dt>Difference, A − B</dt><dd>${formatDifferenceMs(differenceMs.p50)}</dd><dd class="note">interval ${formatInterval(differenceMs, formatDifferenceMs)}</dd></div>
<div><dt>Ratio, A / B</dt><dd>${formatRatio(ratio.p50)}</dd><dd class="note">interval ${formatInterval(ratio, formatRatio)}</dd></div>
</dl>
<p class="note">Warm requests, ${overall.measure}; ${overall.method}; ${
    overall.paired ? `${overall.pairs} pairs` : 'unpaired'
  } in ${runs(overall)}${overall.pValue !== null && `; p ${pText(overall.pValue)}`}.</p>
${renderDistribution({
  title: 'Root latency of warm requests',
  ecdf: overall.ecdf,
  quantileDifferences: overall.quantileDifferences,
  labels,
})}
</section>`;
}

function headline({ verdict, differenceMs }: Overall, labels: Labels): Markup {
  switch (verdict) {
    case 'a-faster':
    case 'b-faster': {
      const by = differenceMs.p50 === null ? null : Math.abs(differenceMs.p50);
      const winner = verdict === 'a-faster' ? labels.a : labels.b;
      return html`${foreign(winner)} is faster by ${formatMs(by)}`;
    }
    case 'no-difference-seen':
      return html`No difference seen`;
    case 'not-enough-data':
      return html`Not enough data for a verdict`;
  }
}

function support({ verdict, reason, differenceMs }: Overall): Markup {
  if (reason !== null) return html`${reason}`;
  const interval = formatInterval(differenceMs, formatDifferenceMs);
  if (verdict === 'no-difference-seen') {
    return html`The difference of a typical warm request lies somewhere from ${interval}: zero is among the possible values, and so is anything else in there.`;
  }
  return html`For a typical warm request the difference A − B lies from ${interval}.`;
}

const runs = ({ runs: { a, b } }: Overall): string =>
  a === b ? `${a} runs` : `${a} runs of A and ${b} of B`;
