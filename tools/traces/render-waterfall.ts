import { counted, fitColumns, formatMs, printable } from '../cli/format.ts';
import type { Waterfall, WaterfallSpan } from './waterfall.ts';

const WIDTH = 100;
const NAME_WIDTH = 46;
const DURATION_WIDTH = 8;
const BAR_WIDTH = WIDTH - NAME_WIDTH - DURATION_WIDTH - 4;

/**
 * One trace as text, a line per span and one per event or error below it, at most 100 columns:
 *
 *     loadgen loadgen                ████████████████████  12.1 ms
 *     └ loadgen GET                   ██████████████████   11.4 ms
 */
export function renderWaterfall(waterfall: Waterfall): string {
  const { spans, durationMs } = waterfall;
  const fromMs = Math.min(0, ...spans.map(({ offsetMs }) => offsetMs));
  const toMs = Math.max(durationMs, ...spans.map((span) => span.offsetMs + span.durationMs));
  const state = [
    counted(spans.length + (waterfall.notDrawn ?? 0), 'span'),
    formatMs(durationMs),
    waterfall.whole ? 'complete' : 'INCOMPLETE',
    ...(waterfall.cold ? ['cold start'] : []),
  ].join(', ');
  const lines = [`trace ${printable(waterfall.traceId)}: ${state}`];
  for (const span of spans) {
    lines.push(spanLine(span, { fromMs, toMs }), ...notes(span));
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function spanLine(span: WaterfallSpan, scale: { fromMs: number; toMs: number }): string {
  const indent = span.depth === 0 ? '' : `${' '.repeat(Math.min(span.depth, 12) - 1)}└ `;
  const name = fitColumns(`${indent}${span.service} ${span.name}`, NAME_WIDTH);
  const duration = formatMs(span.durationMs).padStart(DURATION_WIDTH);
  return `${name}  ${bar(span, scale)}  ${duration}`;
}

/** At least one cell, so that a zero-length span is seen. */
function bar(span: WaterfallSpan, { fromMs, toMs }: { fromMs: number; toMs: number }): string {
  const perCell = (toMs - fromMs) / BAR_WIDTH || 1;
  const from = Math.min(BAR_WIDTH - 1, Math.floor((span.offsetMs - fromMs) / perCell));
  const end = Math.ceil((span.offsetMs + span.durationMs - fromMs) / perCell);
  const to = Math.min(BAR_WIDTH, Math.max(from + 1, end));
  const cell = span.frontEnd ? '▒' : '█';
  return `${' '.repeat(from)}${cell.repeat(to - from)}`.padEnd(BAR_WIDTH);
}

function notes(span: WaterfallSpan): readonly string[] {
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
  return texts.map((text) => fitColumns(`${indent}${text}`, WIDTH));
}
