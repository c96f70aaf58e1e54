import { ATTR } from '../../../lib/telemetry/names.ts';
import type { Waterfall } from '../../traces/waterfall.ts';
import type { Sides } from '../cohorts/cohort.ts';
import type { Drawn } from '../result/drawing.ts';
import type { Exemplars } from '../result/exemplars.ts';
import type { RecentTrace } from '../result/recent-traces.ts';
import { foreign, html, type Markup } from './markup.ts';
import { type LogsOf, renderWaterfall } from './waterfall.ts';
import { formatMs, formatTime, type Labels } from './words.ts';

type OverlayOptions = Readonly<{
  id: string;
  title: string;
  at: keyof Exemplars;
  exemplars: Sides<Exemplars>;
  /** Whether both are one request of the schedule. */
  paired: boolean;
  labels: Labels;
  colour: (path: string) => string;
  logs?: LogsOf | undefined;
}>;

/** The exemplars of both cohorts at one quantile, laid over each other on one time axis. */
export function renderOverlay(options: OverlayOptions): Markup {
  const { id, title, at, exemplars, paired, labels, colour, logs } = options;
  const a = exemplars.a[at];
  const b = exemplars.b[at];
  if (a === null && b === null) return html`<h3>${title}</h3>\n<p>There is no such trace.</p>`;
  const ofA = a && logs?.(a, { label: labels.a, side: 'a' });
  const ofB = b && logs?.(b, { label: labels.b, side: 'b' });
  return html`<h3 id="${id}">${title}</h3>
${a !== null && b !== null && html`<p class="note">${paired ? renderRequest(a) : 'Two requests, each at this rank on its side: no request has a partner on the other.'}</p>\n`}<ul class="legend">
${renderTraceLine(a, labels.a, 'a')}
${renderTraceLine(b, labels.b, 'b')}
</ul>
${renderWaterfall({
  id: `${id}-span`,
  title,
  a: a && { label: labels.a, trace: a, below: ofA?.below },
  b: b && { label: labels.b, trace: b, below: ofB?.below },
  colour,
})}${ofA?.rest}${ofB?.rest}`;
}

function renderRequest({ spans, startMs }: Waterfall): Markup {
  const attributes = spans[0]?.attributes ?? {};
  const isScheduled = [ATTR.sequence, ATTR.query].some((key) => attributes[key] !== undefined);
  if (!isScheduled) return html`One request on both sides.`;
  const minute = attributes[ATTR.scheduledMinute] ?? '';
  const due =
    minute === ''
      ? ''
      : ` of the run for the schedule’s minute ${minute.slice(0, 16).replace('T', ' ')} UTC`;
  return html`One request of the schedule on both sides: sequence ${foreign(attributes[ATTR.sequence] ?? '?')}${due}${isOtherMinute(minute, startMs) && `, sent at ${formatTime(startMs).slice(11)}`}, query “${foreign(attributes[ATTR.query] ?? '?')}”.`;
}

/** A burst's runs name minutes that differ from those in which they are sent. */
function isOtherMinute(minute: string, startMs: number): boolean {
  const scheduledMs = Date.parse(minute);
  return Number.isFinite(scheduledMs) && Math.abs(startMs - scheduledMs) >= 60_000;
}

/** The compared figure, where a late start makes it another than the root's duration. */
const latencyText = ({ latencyMs, durationMs }: Drawn): string =>
  latencyMs === null || formatMs(latencyMs) === formatMs(durationMs)
    ? ''
    : ` (${formatMs(latencyMs)} from its scheduled time)`;

function renderTraceLine(trace: Drawn | null, label: string, side: 'a' | 'b'): Markup {
  const name = html`<svg class="sample" width="26" height="10" aria-hidden="true"><rect class="bar ${side}" x="1" y="1" width="24" height="8" rx="1.5"/></svg> <strong>${side.toUpperCase()}: ${foreign(label)}</strong>`;
  if (trace === null) return html`<li>${name}: no such trace</li>`;
  return html`<li>${name} ${formatMs(trace.durationMs)}${latencyText(trace)}, trace ${renderTraceId(trace.traceId, trace.consoleUrl)}${!trace.whole && html` <span class="flag error">incomplete</span>`}${trace.cold && html` <span class="flag">cold</span>`}</li>`;
}

/** A link only where the address is one of a web page: it comes from a file, after all. */
export function renderTraceId(traceId: string, consoleUrl: string | null): Markup {
  const text = html`<code>${foreign(traceId)}</code>`;
  if (consoleUrl === null || !URL.canParse(consoleUrl)) return text;
  const url = new URL(consoleUrl);
  if (url.protocol !== 'https:') return text;
  return html`<a href="${url.href}" target="_blank" rel="noreferrer noopener" title="Open in the Cloud Trace console">${text}</a>`;
}

export function renderRequests(
  requests: readonly RecentTrace[],
  labels: Labels,
  title: string,
): Markup {
  if (requests.length === 0) return html`<p>None.</p>`;
  // Another system's requests have no query.
  const haveQuery = requests.some(({ query }) => query !== null);
  const heads = [
    ['Started', 'started'],
    ['Cohort', 'cohort'],
    [haveQuery ? 'Query' : 'Operation', ''],
    ['Latency', 'number'],
    ['Spans', 'number'],
    ['State', 'state'],
    ['Trace', 'trace'],
  ] as const;
  const cell = (kind: string, content: Markup | string | number) =>
    html`<td role="cell" class="${kind}">${content}</td>`;
  return html`<table class="recent stacked" role="table" aria-label="${title}">
<thead role="rowgroup"><tr role="row">${heads.map(([name, kind]) => html`<th role="columnheader" scope="col" class="${kind}">${name}</th>`)}</tr></thead>
<tbody role="rowgroup">
${requests.map(
  (trace) =>
    html`<tr role="row">${cell('started', formatTime(trace.startMs))}${cell('cohort', html`<span class="key ${trace.cohort}"></span>${foreign(labels[trace.cohort])}`)}${cell('query', foreign((haveQuery ? trace.query : trace.operation) ?? '–'))}${cell('number', formatMs(trace.latencyMs))}${cell('number spans-count', trace.spans)}${cell('state', renderState(trace))}${cell('trace', renderTraceId(trace.traceId, trace.consoleUrl))}</tr>\n`,
)}</tbody></table>`;
}

export function renderState(
  trace: Pick<RecentTrace, 'whole' | 'cold' | 'error' | 'requestsInTrace'>,
  complete: Markup | string = 'complete',
): Markup {
  return html`${trace.whole ? complete : html`<span class="flag error">incomplete</span>`}${trace.cold && html` <span class="flag">cold</span>`}${trace.error !== null && html` <span class="flag error">${foreign(trace.error)}</span>`}${trace.requestsInTrace > 1 && html` <span class="flag">1 of ${trace.requestsInTrace} requests in its trace</span>`}`;
}
