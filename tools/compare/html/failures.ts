import { counted } from '../../cli/format.ts';
import type { Comparison } from '../result/comparison.ts';
import type { Failures } from '../result/failures.ts';
import { failedText, spanOfTime } from '../text/wording.ts';
import { foreign, html, type Markup } from './markup.ts';
import { renderRequests, renderTraceId } from './traces.ts';
import { type LogsOf, renderWaterfall } from './waterfall.ts';
import type { Labels } from './words.ts';

type Look = Readonly<{
  labels: Labels;
  colour: (path: string) => string;
  logs?: LogsOf | undefined;
}>;

/** Requests that failed: how many, how, where they ended, since when; of each kind one is drawn. */
export function renderFailures({ failures, cohorts }: Comparison, look: Look): Markup {
  if (failures.length === 0) {
    return html`<section aria-labelledby="failures">
<h2 id="failures">No failed requests</h2>
</section>`;
  }
  return html`<section aria-labelledby="failures">
<h2 id="failures">Failed requests</h2>
<p>${failedText({ failures, cohorts })}. No latency includes them.</p>
${failures.map((kind, index) => renderKind(kind, `failed-${index}`, look))}</section>`;
}

function renderKind(kind: Failures, id: string, { labels, colour, logs }: Look): Markup {
  const { outcome, where, requests, since, last, detail, exemplar, newest } = kind;
  const label = labels[exemplar.cohort];
  const { waterfall } = exemplar;
  const placed = waterfall && logs?.(waterfall, { label });
  return html`<h3>${foreign(outcome)}: ${foreign(where)}</h3>
<p>${requests.a} in ${foreign(labels.a)}, ${requests.b} in ${foreign(labels.b)}; ${spanOfTime(since, last)}.</p>
<p>For example trace ${renderTraceId(exemplar.traceId, waterfall?.consoleUrl ?? null)} of ${foreign(label)}: ${foreign(detail)}</p>
${
  waterfall !== null &&
  renderWaterfall({
    id,
    title: `A failed request of ${label}: ${outcome}`,
    a: { label, trace: waterfall, below: placed?.below },
    b: null,
    colour,
  })
}${placed?.rest}
<details><summary>${counted(newest.length, 'failed request')}, newest first</summary>
${renderRequests(newest, labels, `Failed requests: ${outcome}`)}
</details>
`;
}
