import type { WaterfallSpan } from '../../traces/waterfall.ts';
import { madeBy } from './made-by.ts';
import { foreign, html, type Markup } from './markup.ts';
import { formatMs } from './words.ts';

/** Where a span ran: the same on every span of its program, so it comes last. */
const RESOURCE =
  /^(service|cloud|faas|k8s|host|process|telemetry|gcp)\.(?!coldstart)|^shakesapp\.config\.|^g\.co\//;

/** What hover or focus shows of a span: figures, attributes, events, resource. */
export function renderSpanCard(
  span: WaterfallSpan,
  card: Readonly<{ heading: string; ofV1?: boolean | undefined }>,
): Markup {
  const { heading, ofV1 = false } = card;
  const sorted = Object.entries(span.attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const resource = sorted.filter(([key]) => RESOURCE.test(key));
  const own = sorted.filter(([key]) => !RESOURCE.test(key));
  return html`<section class="span">
<h4>${heading}</h4>
<p class="name">${foreign(span.name)}</p>
<p class="made-by">${madeBy(span)}</p>
${
  span.error !== null &&
  html`<p class="error">Error: ${foreign(span.error.type)} ${foreign(span.error.message)}</p>`
}
<dl>
<dt>service</dt><dd>${foreign(span.service)}</dd>
<dt>kind</dt><dd>${span.kind}${span.frontEnd && ', of the platform’s front end'}</dd>
<dt>starts at</dt><dd>${formatMs(span.offsetMs)}</dd>
<dt>duration</dt><dd>${formatMs(span.durationMs)}</dd>
<dt>self time</dt><dd>${formatMs(span.selfMs)}</dd>
${span.shiftedMs !== 0 && html`<dt>shifted</dt><dd>${formatMs(span.shiftedMs)} (clock skew)</dd>`}
${span.cold && html`<dt>cold start</dt><dd>first request of its instance</dd>`}
${span.orphan && html`<dt>orphan</dt><dd>its parent is missing from the trace</dd>`}
<dt>span id</dt><dd>${foreign(span.spanId)}</dd>
</dl>
<h5>Attributes</h5>
${renderAttributes(own)}
<h5>Events</h5>
${renderEvents(span, ofV1)}
<h5>Resource</h5>
${renderAttributes(resource)}
</section>`;
}

function renderAttributes(attributes: readonly (readonly [key: string, value: string])[]): Markup {
  if (attributes.length === 0) return html`<p>none</p>`;
  return html`<dl>${attributes.map(
    ([key, value]) => html`<dt>${foreign(key)}</dt><dd>${foreign(value)}</dd>\n`,
  )}</dl>`;
}

function renderEvents(span: WaterfallSpan, ofV1: boolean): Markup {
  if (span.events === null) {
    const why = ofV1 ? 'Cloud Trace’s v1 API returns no events' : 'the source holds no events';
    return html`<p>Not known: ${why}.</p>`;
  }
  if (span.events.length === 0) return html`<p>none</p>`;
  return html`<ul>${span.events.map(
    (event) =>
      html`<li>${formatMs(event.offsetMs)} ${foreign(event.name)}${Object.entries(
        event.attributes,
      ).map(
        ([key, value]) => html` <span class="pair">${foreign(key)}=${foreign(value)}</span>`,
      )}</li>\n`,
  )}</ul>`;
}
