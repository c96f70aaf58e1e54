import { formatPercent } from '../../cli/format.ts';
import { type ConfigurationDifference, groupDifferences } from '../cohorts/configuration.ts';
import type { CohortSummary } from '../result/cohort-summary.ts';
import type { Comparison } from '../result/comparison.ts';
import { foldedText } from '../result/folded-names.ts';
import { atLeast } from '../result/incomparable.ts';
import { titleOf } from '../result/warning-texts.ts';
import type { Warning } from '../result/warnings.ts';
import type { Quantiles } from '../statistics/quantiles.ts';
import { leftOut } from '../text/left-out.ts';
import { latencyLegend } from '../text/legend.ts';
import { tracedText } from '../text/traced-text.ts';
import { isOneSided, readNotes } from '../text/wording.ts';
import { foreign, html, type Markup } from './markup.ts';
import { formatMs, formatTime, type Labels } from './words.ts';

/** What the configurations of the two cohorts differ in: the likeliest confounder. */
export function renderConfiguration(comparison: Comparison, labels: Labels): Markup {
  if (isOneSided(comparison)) {
    return html`<section aria-labelledby="configuration">
<h2 id="configuration">What differs in configuration</h2>
<p>Not compared: one of the cohorts has no traces.</p>
</section>`;
  }
  const { chosen, statedOnce, byNature } = groupDifferences(comparison.configuration);
  const note = (what: string) => (difference: ConfigurationDifference) => {
    const { key, a, b } = difference;
    return html`<p class="note">${what}: ${foreign(key)}: ${foreign(a)} in ${foreign(labels.a)}, ${foreign(b)} in ${foreign(labels.b)}.</p>
`;
  };
  return html`<section aria-labelledby="configuration">
<h2 id="configuration">What differs in configuration</h2>
${
  chosen.length === 0
    ? html`<p>The spans state no difference in ${comparison.profile === 'general' ? 'version, environment, platform or region' : 'image, CPU, memory, region, concurrency, cache mode or exporter'}. What neither side states is not compared.</p>`
    : html`<p>Any of these can be the reason for a difference below.</p>
${scrollable(
  'Differences in configuration',
  html`<table><thead><tr><th scope="col">Attribute</th>${sides(labels)}</tr></thead><tbody>
${chosen.map(
  ({ key, a, b }) =>
    html`<tr><th scope="row">${foreign(key)}</th><td>${foreign(a)}</td><td>${foreign(b)}</td></tr>\n`,
)}</tbody></table>`,
)}`
}
${statedOnce.map(note('May differ, stated on one side only'))}${byNature.map(note('Inherent to the platforms'))}</section>`;
}

export function renderWarnings(warnings: readonly Warning[]): Markup {
  return html`<section aria-labelledby="warnings">
<h2 id="warnings">${warnings.length === 0 ? 'No warnings' : `Warnings (${warnings.length})`}</h2>
${
  warnings.length > 0 &&
  html`<ul class="warnings">${warnings.map(
    ({ id, finding, advice }) =>
      html`<li><strong>${titleOf(id)}</strong> <span>${finding}</span> <span class="note">${advice}</span></li>\n`,
  )}</ul>`
}
</section>`;
}

/** The two columns of a table that holds both cohorts. */
function sides(labels: Labels): Markup {
  return html`<th scope="col"><span class="key a"></span>A: ${foreign(labels.a)}</th><th scope="col"><span class="key b"></span>B: ${foreign(labels.b)}</th>`;
}

/** A table wider than a telephone scrolls by itself, also by keyboard. */
export function scrollable(label: string, table: Markup): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}

export function renderCohorts(comparison: Comparison, labels: Labels) {
  const { cohorts, source, profile } = comparison;
  const { a, b } = cohorts;
  const isOwn = profile === 'shakesapp';
  const row = (name: string, value: (cohort: CohortSummary) => string | Markup) =>
    html`<tr><th scope="row">${name}</th><td>${value(a)}</td><td>${value(b)}</td></tr>\n`;
  const traced = (cohort: CohortSummary) => {
    if (!isOwn) return tracedText({ ...cohort, expectedRequests: null });
    return `${tracedText(cohort)}${cohort.estimatedRequests === undefined ? ' sent' : ''}`;
  };
  const share = (amount: number, rate: number | null) => `${amount} (${formatPercent(rate)})`;
  const table = html`<table><thead><tr><td></td>${sides(labels)}</tr></thead><tbody>
${row('Filter', ({ filter }) => html`<code>${foreign(filter)}</code>`)}
${row('Requests traced', traced)}
${
  isOwn &&
  row('Runs', ({ runs, requestsPerRun }) =>
    requestsPerRun === null
      ? `${runs}`
      : `${runs}, ${Number(requestsPerRun.toFixed(1))} requests each`,
  )
}
${row('Complete traces', ({ whole, rates }) => share(whole, rates.whole))}
${row('Errors', ({ errors, rates }) => share(errors, rates.error))}
${a.impossible + b.impossible > 0 && row('Impossible times, in no figure', ({ impossible }) => `${impossible}`)}
${a.impossibleDelay + b.impossibleDelay > 0 && row('Impossible start delays, in no latency', ({ impossibleDelay }) => `${impossibleDelay}`)}
${a.shed + b.shed > 0 && row('Shed, without a trace', ({ shed }) => atLeast(shed))}
${isOwn && row('Wrong counts', ({ wrongCounts, rates }) => share(wrongCounts, rates.wrongCount))}
${row('Cold requests', ({ cold }) => `${cold}`)}
${row('Traces with orphans', ({ orphaned }) => `${orphaned}`)}
${row('Traces with clock skew', ({ skewed }) => `${skewed}`)}
${(isOwn || a.frontEndStored + b.frontEndStored > 0) && row('Front end’s span stored', ({ frontEndStored }) => `${frontEndStored}`)}
${isOwn && row('Start delay, p95', ({ startDelayP95Ms }) => formatMs(startDelayP95Ms))}
${row('Warm latency', ({ latency }) => quantiles(latency.warm))}
${row('Cold latency', ({ latency }) => quantiles(latency.cold))}
</tbody></table>`;
  return html`<section aria-labelledby="cohorts">
<h2 id="cohorts">The two cohorts</h2>
${scrollable('The two cohorts', table)}
<p class="note">${latencyLegend(comparison)}</p>
<p class="note">Source: ${kindOf(source)} ${foreign(source.name)}${source.local && ' (local)'}${window(source)}. ${foreign([...leftOut(comparison), ...foldedText(comparison.foldedNames), ...readNotes(comparison)].join(' '))}</p>
</section>`;
}

const kindOf = ({ kind, format }: Comparison['source']): string =>
  kind === 'file' && format !== undefined ? `${format} file` : SOURCE_KINDS[kind];

const SOURCE_KINDS: Readonly<Record<Comparison['source']['kind'], string>> = {
  'cloud-trace': 'Cloud Trace, project',
  bigquery: 'BigQuery, linked dataset',
  'saved-file': 'saved file',
  file: 'file',
  memory: 'the run itself,',
};

function window({ since, until }: Comparison['source']): string {
  const from = since === null ? '' : `, from ${formatTime(Date.parse(since))}`;
  return until === null ? from : `${from} to ${formatTime(Date.parse(until))}`;
}

function quantiles(values: Quantiles | null): string {
  if (values === null) return 'none';
  const { n, p50Ms, p95Ms, p99Ms } = values;
  return `p50 ${formatMs(p50Ms)}, p95 ${formatMs(p95Ms)}, p99 ${formatMs(p99Ms)} (n ${n})`;
}
