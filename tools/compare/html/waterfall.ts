import { counted } from '../../cli/format.ts';
import type { Waterfall, WaterfallSpan } from '../../traces/waterfall.ts';
import { foreign, html, type Markup, renderName } from './markup.ts';
import { pairRows, type Row } from './rows.ts';
import { createTimeScale, type TimeScale } from './scale.ts';
import { renderSpanCard } from './span-card.ts';
import { formatMs } from './words.ts';

/** A trace to draw and what it is called; two of them share one time axis. */
export type Lane = Readonly<{
  label: string;
  trace: Waterfall;
  /** What stands below a span's row. */
  below?: ((span: WaterfallSpan) => Markup) | undefined;
}>;

/**
 * The log lines of a trace, given to a page where they are known: those of spans with a row, and the
 * `rest`. `side`: where two traces are drawn.
 */
export type LogsOf = (
  trace: Waterfall,
  lane: Readonly<{ label: string; side?: 'a' | 'b' | undefined }>,
) => Readonly<{ below: NonNullable<Lane['below']>; rest: Markup }>;

type WaterfallOptions = Readonly<{
  /** Unique in the page: prefix of the ids that tie buttons to what they show. */
  id: string;
  title: string;
  a: Lane | null;
  b: Lane | null;
  colour: (path: string) => string;
  /** a's bars in one column and b's in another, on one scale, in place of one above the other. */
  beside?: boolean;
}>;

const LANE_HEIGHT = 11;

/**
 * Work that goes on long after the request ended, as after a timeout, would leave the request itself
 * no room: beyond so many times its duration the axis ends earlier.
 */
const MOST_BEYOND = 3;
const SHOWN_BEYOND = 1.5;

/** One trace, or two laid over each other: a row per path, a's bar solid above b's outlined one. */
export function renderWaterfall(options: WaterfallOptions): Markup {
  const { id, title, a, b } = options;
  const traces = [a, b].flatMap((lane) => (lane ? [lane.trace] : []));
  const spans = traces.flatMap((trace) => trace.spans);
  const durationMs = Math.max(...traces.map((trace) => trace.durationMs));
  const lastEndMs = Math.max(durationMs, ...spans.map(endOf));
  const cut = durationMs > 0 && lastEndMs > MOST_BEYOND * durationMs;
  const scale = createTimeScale(
    Math.min(0, ...spans.map((span) => span.offsetMs)),
    cut ? durationMs * SHOWN_BEYOND : lastEndMs,
  );
  const rows = pairRows(a?.trace ?? null, b?.trace ?? null);
  const classes = [
    'waterfall',
    (a === null || b === null) && 'single',
    options.beside === true && 'beside',
  ].filter(Boolean);
  return html`<div class="${classes.join(' ')}" role="group" aria-label="${title}">
${renderAxis(scale, options.beside ? traces.length : 1)}
<ol>
${rows.map((row, index) => renderRow(row, `${id}-${index}`, scale, options))}</ol>${
    cut &&
    html`
<p class="note">The axis ends at ${formatMs(scale.toMs)}: some spans go on until ${formatMs(lastEndMs)}, after the request had ended.</p>`
  }
</div>`;
}

const endOf = (span: WaterfallSpan) => span.offsetMs + span.durationMs;

function renderAxis(scale: TimeScale, columns: number): Markup {
  const ticks = scale.ticks(ticksIn(columns)).map((ms) => ({ x: scale.percent(ms), ms }));
  const axis = html`<svg height="16">
${ticks.map(
  ({ x, ms }) =>
    html`<text x="${x}%" y="11" class="${x > 92 ? 'end' : x < 4 ? 'start' : ''}">${formatTick(ms)}</text>\n`,
)}</svg>`;
  return html`<div class="axis" aria-hidden="true"><span></span>${Array(columns).fill(axis)}<span></span></div>`;
}

/** Half as many where two columns share the width. */
const ticksIn = (columns: number) => (columns === 1 ? 6 : 3);

/** `5 ms`, not `5.00 ms`: ticks are round. */
const formatTick = (ms: number) => (ms === 0 ? '0' : formatMs(ms).replace(/\.0+ /, ' '));

function renderRow(row: Row, id: string, scale: TimeScale, options: WaterfallOptions): Markup {
  const { a, b, colour } = options;
  const span = row.a ?? row.b;
  if (!span) return html``;
  const lanes = [
    ...(a ? [{ ...a, span: row.a, side: 'a' as const }] : []),
    ...(b ? [{ ...b, span: row.b, side: 'b' as const }] : []),
  ];
  const error = lanes.find((lane) => lane.span?.error)?.span?.error;
  const notDrawn = Math.max(...lanes.map((lane) => lane.span?.notDrawn ?? 0));
  const flags = [
    span.frontEnd && 'front end',
    lanes.some((lane) => lane.span?.cold) && 'cold',
    lanes.some((lane) => lane.span?.orphan) && 'orphan',
    notDrawn > 0 && `${counted(notDrawn, 'span')} below not drawn`,
  ].filter((flag) => flag !== false);
  return html`<li class="row ${colour(row.path)}">
<button type="button" aria-expanded="false" aria-controls="${id}">
<span class="label d${Math.min(row.depth, 12)}"><span class="swatch"></span>${renderName(span.name)} <span class="service">${foreign(span.service)}</span>${flags.map((flag) => html` <span class="flag">${flag}</span>`)}${error && html` <span class="flag error">error</span>`}</span>
${options.beside ? lanes.map((lane) => renderBars([lane], scale, ticksIn(lanes.length))) : renderBars(lanes, scale, ticksIn(1))}
<span class="figures">${lanes.map(
    (lane) =>
      html`<span class="${lane.side}"><span class="for-screen-reader">${lane.label}: </span>${lane.span ? formatMs(lane.span.durationMs) : '–'}<span class="for-screen-reader">${lane.span && ` from ${formatMs(lane.span.offsetMs)}; `}</span></span>`,
  )}</span>
</button>${lanes.map((lane) => lane.span && lane.below?.(lane.span))}
<div class="card" id="${id}"><p class="path">${foreign(row.path)}</p><div class="spans">${lanes.map(
    (lane) =>
      lane.span
        ? renderSpanCard(lane.span, { heading: lane.label, ofV1: lane.trace.ofV1 })
        : html`<section class="span"><h4>${lane.label}</h4><p>No such span in this trace.</p></section>`,
  )}</div></div>
</li>
`;
}

type RowLane = Readonly<{ span: WaterfallSpan | undefined; label: string; side: 'a' | 'b' }>;

function renderBars(lanes: readonly RowLane[], scale: TimeScale, ticks: number): Markup {
  const height = lanes.length * LANE_HEIGHT + 2;
  return html`<svg class="bars" height="${height}" aria-hidden="true">
${scale.ticks(ticks).map((ms) => html`<line class="grid" x1="${scale.percent(ms)}%" x2="${scale.percent(ms)}%" y2="100%"/>`)}
${lanes.map(({ span, side }, index) => span && renderBar(span, side, index * LANE_HEIGHT + 2, scale))}</svg>`;
}

/** At least a quarter of a per cent wide: a span of no length is still a span. */
const LEAST_WIDTH = 0.25;

function renderBar(span: WaterfallSpan, side: 'a' | 'b', y: number, scale: TimeScale): Markup {
  const x = Math.min(scale.percent(span.offsetMs), 100 - LEAST_WIDTH);
  const width = Math.max(LEAST_WIDTH, scale.percent(endOf(span)) - x).toFixed(2);
  const events = span.events ?? [];
  const classes = ['bar', side, span.error && 'failed', span.frontEnd && 'front'].filter(Boolean);
  return html`<rect class="${classes.join(' ')}" x="${x}%" y="${y}" width="${width}%" height="8" rx="1.5"/>${events.map(
    (event) =>
      html`<circle class="event" cx="${scale.percent(event.offsetMs)}%" cy="${y + 4}" r="2"/>`,
  )}
`;
}
