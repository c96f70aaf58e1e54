import { foreign, html, type Markup } from '../../compare/html/markup.ts';
import type { LogsOf } from '../../compare/html/waterfall.ts';
import { formatMs } from '../../compare/html/words.ts';
import type { Waterfall, WaterfallSpan } from '../../traces/waterfall.ts';
import { type Entry, isFailure, type LogBook, spanIdOf, textOf, timeOf } from '../log-book.ts';

/** A loop that logs must not bury the spans. */
const MOST_OF_A_SPAN = 10;
const MOST_OF_THE_REST = 20;
const MOST_CHARACTERS = 300;

export type PlacedLogs = Readonly<{
  /** The lines that a span of this waterfall wrote. */
  below(waterfall: Waterfall): (span: WaterfallSpan) => Markup;
  /** The lines of spans that have no row: not arrived, not sampled, or not drawn. */
  rest: Markup;
}>;

/** Whose lines they are; `side` where two traces are shown. */
type LogLane = Readonly<{ label: string; side?: 'a' | 'b' | undefined }>;

/** What a report shows of a run's log lines, below the traces that it draws. */
export const logsFrom =
  (logBook: Pick<LogBook, 'ofTrace'>): LogsOf =>
  (trace, lane) => {
    const { below, rest } = placeLogs(logBook.ofTrace(trace.traceId), [trace], lane);
    return { below: below(trace), rest };
  };

/** Puts each log line of a trace below the span that wrote it, by the span's id. */
export function placeLogs(
  entries: readonly Entry[],
  waterfalls: readonly Waterfall[],
  lane: LogLane,
): PlacedLogs {
  const bySpan = Map.groupBy(entries, spanIdOf);
  const drawn = new Set(waterfalls.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)));
  const rest = entries.filter((entry) => !drawn.has(spanIdOf(entry)));
  const [startMs = 0] = waterfalls.map((waterfall) => waterfall.startMs);
  return {
    below: (waterfall) => (span) =>
      renderLines(bySpan.get(span.spanId) ?? [], {
        ...lane,
        // As its span is, where another machine's clock was corrected.
        startMs: waterfall.startMs - span.shiftedMs,
        most: MOST_OF_A_SPAN,
      }),
    rest:
      rest.length === 0
        ? html``
        : html`<p class="note">Log lines of this trace whose span is not drawn:</p>
${renderLines(rest, { ...lane, startMs, most: MOST_OF_THE_REST })}`,
  };
}

function renderLines(
  entries: readonly Entry[],
  { label, side, startMs, most }: LogLane & Readonly<{ startMs: number; most: number }>,
): Markup {
  if (entries.length === 0) return html``;
  const left = entries.length - most;
  return html`
<ul class="logs${side && ` ${side}`}" aria-label="Log lines, ${label}">${entries
    .slice(0, most)
    .map(
      (entry) => html`<li>${renderLine(entry, startMs)}</li>\n`,
    )}${left > 0 && html`<li class="note">${left} more</li>`}</ul>`;
}

function renderLine(entry: Entry, startMs: number): Markup {
  const { program, line } = entry;
  const text = textOf(entry);
  const shown = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  const atMs = timeOf(entry) - startMs;
  return html`<span class="at">${formatMs(atMs)}</span> <span class="flag${isFailure(line) && ' error'}">${String(line.severity ?? 'DEFAULT')}</span> ${program}: ${foreign(shown)}`;
}
