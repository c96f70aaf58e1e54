import { counted, fitColumns, formatMs, printable, TEXT_COLUMNS } from '../cli/format.ts';
import type { Waterfall, WaterfallSpan } from './waterfall.ts';

const DURATION_WIDTH = 8;

/** Columns in all, of the names and of the bars. */
type Widths = Readonly<{ total: number; name: number; bar: number }>;

function widthsOf(total: number): Widths {
  const name = total < TEXT_COLUMNS ? 36 : 46;
  return { total, name, bar: total - name - DURATION_WIDTH - 4 };
}

/**
 * One trace as text, a line per span and one per event or error below it, at most `columns`:
 *
 *     loadgen loadgen                ████████████████████  12.1 ms
 *     └ loadgen GET                   ██████████████████   11.4 ms
 *
 * `remarks`: what else is known of the trace, each in a line below its own. `state`: whether it is
 * complete, in words.
 */
export function renderWaterfall(
  waterfall: Waterfall,
  columns = TEXT_COLUMNS,
  {
    remarks = [],
    state = waterfall.whole ? 'complete' : 'INCOMPLETE',
  }: Readonly<{ remarks?: readonly string[]; state?: string }> = {},
): string {
  const widths = widthsOf(columns);
  const { spans, durationMs } = waterfall;
  let [fromMs, toMs] = [0, durationMs];
  for (const span of spans) {
    fromMs = Math.min(fromMs, span.offsetMs);
    toMs = Math.max(toMs, span.offsetMs + span.durationMs);
  }
  const facts = [
    counted(spans.length + (waterfall.notDrawn ?? 0), 'span'),
    formatMs(durationMs),
    state,
    ...(waterfall.cold ? ['cold start'] : []),
  ].join(', ');
  const lines = [
    `trace ${printable(waterfall.traceId)}: ${facts}`,
    ...remarks.map((remark) => fitColumns(`  ! ${remark}`, columns)),
  ];
  for (const span of spans) {
    lines.push(spanLine(span, { fromMs, toMs }, widths), ...notes(span, columns));
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

type Scale = Readonly<{ fromMs: number; toMs: number }>;

function spanLine(span: WaterfallSpan, scale: Scale, widths: Widths): string {
  const indent = span.depth === 0 ? '' : `${' '.repeat(Math.min(span.depth, 12) - 1)}└ `;
  const name = fitColumns(`${indent}${span.service} ${span.name}`, widths.name);
  const duration = formatMs(span.durationMs).padStart(DURATION_WIDTH);
  return `${name}  ${bar(span, scale, widths.bar)}  ${duration}`;
}

/** At least one cell, so that a zero-length span is seen. */
function bar(span: WaterfallSpan, { fromMs, toMs }: Scale, width: number): string {
  const perCell = (toMs - fromMs) / width || 1;
  const from = Math.min(width - 1, Math.floor((span.offsetMs - fromMs) / perCell));
  const end = Math.ceil((span.offsetMs + span.durationMs - fromMs) / perCell);
  const to = Math.min(width, Math.max(from + 1, end));
  const cell = span.frontEnd ? '▒' : '█';
  return `${' '.repeat(from)}${cell.repeat(to - from)}`.padEnd(width);
}

function notes(span: WaterfallSpan, columns: number): readonly string[] {
  const indent = ' '.repeat(Math.min(span.depth, 12) + 2);
  const texts = [
    ...(span.error === null ? [] : [`✗ ${span.error.type} ${span.error.message}`]),
    ...(span.orphan ? ['! orphan: its parent is not in the trace'] : []),
    ...(span.cold ? ['· cold start: first request of its instance'] : []),
    ...(span.frontEnd ? ["· the platform's own span, re-nested"] : []),
    ...(span.shiftedMs === 0 ? [] : [`· clock skew corrected: ${formatMs(span.shiftedMs)}`]),
    ...(span.notDrawn === undefined ? [] : [`… ${counted(span.notDrawn, 'span')} below not drawn`]),
    ...(span.events ?? []).map((event) => `• ${event.name} at ${formatMs(event.offsetMs)}`),
  ];
  return texts.map((text) => fitColumns(`${indent}${text}`, columns));
}
