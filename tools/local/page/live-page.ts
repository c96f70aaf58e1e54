import { readFileSync } from 'node:fs';
import { renderConfiguration } from '../../compare/html/cohorts.ts';
import { contentSecurityPolicy, renderDocument } from '../../compare/html/document.ts';
import { renderFailures } from '../../compare/html/failures.ts';
import { renderHeader } from '../../compare/html/header.ts';
import { foreign, html, type Markup, trusted } from '../../compare/html/markup.ts';
import { renderEvidence } from '../../compare/html/render-html.ts';
import { createColours } from '../../compare/html/rows.ts';
import { renderVerdict } from '../../compare/html/verdict.ts';
import { labelsOf } from '../../compare/html/words.ts';
import type { Comparison } from '../../compare/result/comparison.ts';
import { failedText, isOneSided, spanOfTime } from '../../compare/text/wording.ts';
import { PLATFORM_LABEL } from '../platforms/labels.ts';
import type { PlatformName } from '../platforms/platform.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8').trim();

/** What only the live page has. */
const OWN = {
  scripts: [read('live.js'), read('chosen.js')],
  style: `\n${read('live.css')}\n${read('chosen.css')}`,
  live: true,
} as const;

/** What changes as traces come: the browser puts each part into its place. */
export type LiveParts = Readonly<{ header: string; verdict: string; evidence: string }>;

/** What the page says about a comparison, besides its result. */
export type Circumstances = Readonly<{
  /** Why there is no comparison although there are traces. */
  failure?: string;
  /** How many traces were compared. */
  compared?: number;
  /** How many traces there are. */
  of?: number;
  /** The platform that runs without the other. */
  alone?: PlatformName | undefined;
}>;

export function renderParts(
  comparison: Comparison | undefined,
  { failure, compared = 0, of = compared, alone }: Circumstances = {},
): LiveParts {
  const labels =
    comparison && labelsOf({ ...comparison, source: { ...comparison.source, local: true } });
  if (comparison && labels && !isOneSided(comparison)) {
    return {
      header: `${renderHeader(labels)}`,
      verdict: `${html`${renderFailed(comparison)}${renderConfiguration(comparison, labels)}${renderVerdict(comparison, labels)}${compared < of && renderBound(compared, of)}`}`,
      evidence: `${renderEvidence(comparison, labels)}`,
    };
  }
  const waiting =
    alone === undefined
      ? 'There is nothing to compare yet. The figures appear as soon as both platforms have traces.'
      : `Only ${PLATFORM_LABEL[alone]} runs, so there is nothing to compare. Its traces are below.`;
  const reason = failure === undefined ? waiting : html`The comparison failed: ${foreign(failure)}`;
  const only = alone && (alone === 'gke' ? 'b' : 'a');
  return {
    header: `${renderHeader({ a: PLATFORM_LABEL.cloud_run, b: PLATFORM_LABEL.gke, local: true }, { only })}`,
    verdict: `${html`${comparison && renderFailed(comparison)}<section class="verdict"><h2>${alone === undefined ? 'No verdict yet' : 'No comparison'}</h2><p>${reason}</p></section>`}`,
    evidence:
      comparison && labels && comparison.failures.length > 0
        ? `${renderFailures(comparison, { labels, colour: createColours(failedSpans(comparison)) })}`
        : '',
  };
}

const failedSpans = ({ failures }: Comparison) =>
  failures.flatMap(({ exemplar }) => exemplar.waterfall?.spans ?? []);

/** Above all else: what follows leaves these requests out. */
function renderFailed({ failures, cohorts }: Comparison): Markup {
  const [most] = failures;
  if (most === undefined) return html``;
  return html`<section class="failed" aria-labelledby="failed"><h2 id="failed">Requests fail</h2>
<p>${failedText({ failures, cohorts })}. Most often ${foreign(most.outcome)}: ${foreign(most.where)}, ${spanOfTime(most.since, most.last)}. <a href="#failures">Failed requests</a></p></section>`;
}

const renderBound = (compared: number, of: number): Markup =>
  html`<p class="note">This compares the newest ${compared} of ${of} traces, in complete runs. To compare all of them, run <code>npx shakesapp compare --local</code></p>`;

/** The page with the traces so far; `live.js` keeps it up to date. */
export function renderLivePage(parts: LiveParts, traces: Markup, saved?: Markup): string {
  return renderDocument({
    title: 'Local run: traces live',
    body: bodyOf(parts, traces, saved),
    ...OWN,
  });
}

/** What `#trace=ID` and `#trace=ID&with=ID` show; `chosen.js` fills it. */
const CHOSEN = html`<section id="chosen" aria-labelledby="chosen-title" hidden>
<h2 id="chosen-title" tabindex="-1">Chosen trace</h2>
<p id="chosen-state" role="status"></p>
<div id="chosen-traces"></div>
<p class="choose"><label for="other">Beside it:</label> <select id="other"></select> <button type="button" id="lay">Lay side by side</button> <a id="alone" href="#recent" hidden>Show the first alone</a> <a href="#recent">Close</a></p>
</section>`;

const bodyOf = (
  parts: LiveParts,
  traces: Markup,
  saved: Markup | undefined,
): Markup => html`<div id="header">
${trusted(parts.header)}</div>
<main>
<p id="connection" role="status">Connecting…</p>
<div id="verdict-part">${trusted(parts.verdict)}</div>
${CHOSEN}
<section aria-labelledby="recent">
<h2 id="recent">Recent traces</h2>
<p class="note">Newest first, times in UTC. Open one to see its spans.</p>
<div id="traces" class="traces">${traces}</div>
<button type="button" id="all" aria-pressed="false" hidden>Show all</button>
</section>
${saved}<div id="evidence">${trusted(parts.evidence)}</div>
</main>`;

/** For the response header: the page's policy, and no other page may frame it. */
export const LIVE_POLICY = `${contentSecurityPolicy(OWN)}; frame-ancestors 'none'`;
