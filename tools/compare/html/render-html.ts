import type { Stratum } from '../cohorts/request-record.ts';
import type { Comparison } from '../result/comparison.ts';
import { costIn, costLegend } from '../text/cost-words.ts';
import { legendOf } from '../text/legend.ts';
import { hopsLeftOutText, notCompared, readFrom, readingWarnings } from '../text/wording.ts';
import { renderCohorts, renderConfiguration, renderWarnings } from './cohorts.ts';
import { renderCriticalPath } from './critical-path.ts';
import { renderDocument } from './document.ts';
import { renderFailures } from './failures.ts';
import { renderGate } from './gate.ts';
import { renderHeader } from './header.ts';
import { renderHopDetails } from './hop-details.ts';
import { renderHopTable } from './hop-table.ts';
import { foreign, html, type Markup } from './markup.ts';
import { createColours } from './rows.ts';
import { renderTotals } from './totals.ts';
import { renderOverlay, renderRequests } from './traces.ts';
import { renderVerdict } from './verdict.ts';
import type { LogsOf } from './waterfall.ts';
import { type Labels, labelsOf } from './words.ts';

/** One self-contained file; the same comparison, with the same log lines, gives the same bytes. */
export function renderHtml(comparison: Comparison, logs?: LogsOf): string {
  const labels = labelsOf(comparison);
  return renderDocument({
    title: titleOf(labels),
    body: html`${renderHeader(labels, { about: renderAbout(comparison) })}
<main>
${comparison.unmatched.length > 0 ? renderUnmatched(comparison, labels, logs) : renderComparison(comparison, labels, logs)}
<section aria-labelledby="recent">
<h2 id="recent">Recent traces</h2>
${renderRequests(comparison.recent, labels, 'Recent traces')}
</section>
</main>`,
  });
}

const titleOf = ({ a, b }: Labels): string => `${a} and ${b}: traces compared`;

/** What this page is, of what and of when: the first that whoever finds it later asks. */
function renderAbout(comparison: Comparison): Markup {
  const listed = comparison.unmatched.length > 0 ? CONTENTS_UNMATCHED : CONTENTS;
  const missing = [
    comparison.gate === undefined && 'gate',
    drawnOfOneSide(comparison) === undefined && 'one',
  ];
  const contents = listed.filter(([id]) => !missing.includes(id));
  const what =
    comparison.profile === 'general'
      ? 'Two sets of traces compared.'
      : 'Shakesapp serverless: traces of two platforms compared.';
  return html`<p class="about">${what} ${foreign(readFrom(comparison))}</p>
<nav aria-label="Contents"><ul>${contents.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>\n`)}</ul></nav>`;
}

const CONTENTS = [
  ['configuration', 'Configuration'],
  ['verdict', 'Verdict'],
  ['gate', 'Gate'],
  ['warnings', 'Warnings'],
  ['failures', 'Failed requests'],
  ['hops', 'Where the difference arises'],
  ['overlays', 'Two requests'],
  ['critical-path', 'Critical path'],
  ['distributions', 'Distributions'],
  ['cold', 'Cold requests'],
  ['cohorts', 'Cohorts'],
  ['methods', 'Methods'],
  ['recent', 'Recent traces'],
] as const;
const CONTENTS_UNMATCHED = [
  ['verdict', 'Verdict'],
  ['gate', 'Gate'],
  ['one', 'One request'],
  ['cohorts', 'Cohorts'],
  ['recent', 'Recent traces'],
] as const;

/** Why there is nothing to compare, and what was read. */
function renderUnmatched(comparison: Comparison, labels: Labels, logs?: LogsOf): Markup {
  const reading = readingWarnings(comparison);
  return html`<section class="verdict" aria-labelledby="verdict">
<h2 id="verdict">Nothing to compare</h2>
${comparison.unmatched.map((sentence) => html`<p>${foreign(sentence)}</p>\n`)}</section>
${renderGate(comparison.gate)}
${renderOneRequest(comparison, labels, logs)}
${renderCohorts(comparison, labels)}
${reading.length > 0 && renderWarnings(reading)}`;
}

const drawnOfOneSide = ({ exemplars, coldExemplars }: Comparison) =>
  [exemplars, coldExemplars].find(({ a, b }) => a.median !== null || b.median !== null);

/** The median request of the side that has traces, a cold one where no other was read. */
function renderOneRequest(comparison: Comparison, labels: Labels, logs?: LogsOf): Markup {
  const exemplars = drawnOfOneSide(comparison);
  if (exemplars === undefined) return html``;
  const colour = createColours(stepsOf(comparison));
  return html`<section aria-labelledby="one">
<h2 id="one">One request</h2>
${renderOverlay({ id: 'median', title: exemplars === comparison.exemplars ? 'Median request' : 'Median cold request', at: 'median', exemplars, paired: false, labels, colour, logs })}
</section>`;
}

/**
 * What differs in the configurations, the likeliest confounder; the verdict; the evidence for it. The
 * list of traces stands apart.
 */
function renderComparison(comparison: Comparison, labels: Labels, logs?: LogsOf): Markup {
  return html`${renderConfiguration(comparison, labels)}
${renderVerdict(comparison, labels)}
${renderGate(comparison.gate)}
${renderEvidence(comparison, labels, logs)}`;
}

/** The evidence for the verdict. */
export function renderEvidence(comparison: Comparison, labels: Labels, logs?: LogsOf): Markup {
  const { hops, exemplars, coldExemplars, exemplarsArePairs } = comparison;
  const colour = createColours(stepsOf(comparison));
  const { a, b } = comparison.cohorts;
  const hasPlatform = comparison.profile === 'shakesapp' || a.frontEndStored + b.frontEndStored > 0;
  const of = (stratum: Stratum) => {
    const own = hops.filter((hop) => hop.stratum === stratum);
    const lacking = notCompared(comparison, stratum);
    return { hops: own, stratum, labels, lacking, colour, cost: costIn(comparison) };
  };
  const warm = of('warm');
  const cold = of('cold');
  const noWarm = html`<p>There is no warm request.</p>`;
  return html`${renderWarnings(comparison.warnings)}
${renderFailures(comparison, { labels, colour, logs })}
<section aria-labelledby="hops">
<h2 id="hops">Where the difference arises</h2>
<p>Warm requests. Each hop is judged by its own time. For a client span that has a server span below it, that is the gap between the two. For every other span, it is the self time. So a slow child does not count against its ancestors. Verdicts are adjusted for the number of hops.</p>
${hopsLeftOutText(comparison).map((line) => html`<p class="note">${line}</p>\n`)}${renderLegend(comparison, labels)}
${warm.hops.length === 0 ? noWarm : renderHopTable(warm)}
</section>
<section aria-labelledby="overlays">
<h2 id="overlays">Two requests on one time axis</h2>
<p>Spans of one colour are the same step of the request${hasPlatform && '; the platform’s own are grey and dashed'}. Hover, tap or focus a row for attributes, events and the code that made the span.</p>
${renderOverlay({ id: 'median', title: 'Median request', at: 'median', exemplars, paired: exemplarsArePairs.warm, labels, colour, logs })}
${renderOverlay({ id: 'p95', title: 'Slow request (p95)', at: 'p95', exemplars, paired: exemplarsArePairs.warm, labels, colour, logs })}
</section>
<section aria-labelledby="critical-path">
<h2 id="critical-path">Critical path</h2>
<p>What each hop adds to the time that the caller waits, in warm requests around the median and around p95.</p>
${warm.hops.length === 0 ? noWarm : renderCriticalPath(warm.hops, labels, colour)}
</section>
<section aria-labelledby="distributions">
<h2 id="distributions">Distribution per hop</h2>
${warm.hops.length === 0 ? noWarm : renderHopDetails(warm)}
</section>
<section aria-labelledby="cold">
<h2 id="cold">Cold requests</h2>
${
  cold.hops.length === 0
    ? html`<p>There was no cold start.</p>`
    : html`<p>The first request of each instance, and the requests that waited for that instance to start. No quantile mixes them with warm requests.</p>
${renderHopTable(cold)}
${renderOverlay({ id: 'cold-median', title: 'Median cold request', at: 'median', exemplars: coldExemplars, paired: exemplarsArePairs.cold, labels, colour, logs })}
${(coldExemplars.a.p95 !== null || coldExemplars.b.p95 !== null) && renderOverlay({ id: 'cold-p95', title: 'Slow cold request (p95)', at: 'p95', exemplars: coldExemplars, paired: exemplarsArePairs.cold, labels, colour, logs })}
<h3>Distribution per hop, cold requests</h3>
${renderHopDetails(cold)}`
}
</section>
${renderCohorts(comparison, labels)}
${renderTotals(comparison)}
<section aria-labelledby="methods">
<h2 id="methods">Methods</h2>
<ul>${comparison.methods.map((method) => html`<li>${method}</li>\n`)}</ul>
</section>`;
}

/** What signs, self time, gap and paths are: the same words as below the table of a terminal. */
function renderLegend(comparison: Comparison, labels: Labels): Markup {
  const cost = costLegend(costIn(comparison), labels);
  const lines = [...legendOf(labels, comparison), ...(cost === null ? [] : [cost])];
  return html`<ul class="note signs">${lines.map((line) => html`<li>${foreign(line)}</li>\n`)}<li>A, B: p50 of the time that the row names, self or gap.</li>
<li>A point left of the middle: A took less. Indented: called by the row above. A path names each step from the root down as <code>service:name</code>, with <code>&gt;</code> between.</li></ul>`;
}

function stepsOf({ hops, exemplars, coldExemplars, failures }: Comparison) {
  const waterfalls = [exemplars, coldExemplars].flatMap(({ a, b }) => [
    a.median,
    b.median,
    a.p95,
    b.p95,
  ]);
  const failed = failures.map(({ exemplar }) => exemplar.waterfall);
  return [...[...waterfalls, ...failed].flatMap((trace) => trace?.spans ?? []), ...hops];
}
