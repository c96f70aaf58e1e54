import { LOG_FIELD } from '../../lib/telemetry/log-fields.ts';
import { columnsOf, printable, TEXT_COLUMNS } from '../cli/format.ts';
import type { Waterfall, WaterfallSpan } from '../traces/waterfall.ts';
import type { LogLine, PlatformName } from './platforms/platform.ts';

/** The newest log lines of a run, for the request that is shown. */
export type LogBook = Readonly<{
  add(entry: LogLine): void;
  /** Of one platform, as they were written. */
  lines(platform: PlatformName): readonly Entry[];
  /** Of one trace, as they were written. */
  ofTrace(traceId: string): readonly Entry[];
  /** As the programs wrote them, a JSON object a line. */
  render(): string;
}>;

export type Entry = Omit<LogLine, 'line'> &
  Readonly<{
    line: Readonly<Record<string, unknown>>;
    /** When it was read, in milliseconds since the Unix epoch. */
    arrivedMs: number;
  }>;

const MOST_LINES = 10_000;
/** As they are written. All lines of our programs are 3 MB; one of another program may have 1 MiB. */
const MOST_BYTES = 16 * 1_024 * 1_024;

export function createLogBook(nowMs: () => number = Date.now): LogBook {
  const entries: Entry[] = [];
  const sizes: number[] = [];
  let bytes = 0;
  return {
    add({ line, ...rest }) {
      if (typeof line === 'string') return;
      const size = Buffer.byteLength(textLine(line));
      // It would leave no other.
      if (size > MOST_BYTES) return;
      entries.push({ ...rest, line, arrivedMs: nowMs() });
      sizes.push(size);
      bytes += size;
      while (entries.length > MOST_LINES || bytes > MOST_BYTES) {
        entries.shift();
        bytes -= sizes.shift() ?? 0;
      }
    },
    ofTrace: (traceId) => linesOfTrace(entries, traceId),
    lines: (platform) => entries.filter((entry) => entry.platform === platform),
    render: () => entries.map(({ line }) => textLine(line)).join(''),
  };
}

const textLine = (line: Entry['line']): string => `${JSON.stringify(line)}\n`;

const linesOfTrace = (entries: readonly Entry[], traceId: string): readonly Entry[] =>
  entries.filter(({ line }) => String(line[LOG_FIELD.trace] ?? '').endsWith(`/traces/${traceId}`));

/** By its severity; a program in another language may write any of Cloud Logging's. */
export const isFailure = ({ severity }: Entry['line']): boolean =>
  ['ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'].includes(String(severity));

/** The span that wrote a line. */
export const spanIdOf = ({ line }: Entry): string => String(line[LOG_FIELD.spanId]);

/**
 * When a line was written, in milliseconds, with the decimals that Date.parse leaves out. A logger in
 * another language may write no time: then it is when the line arrived, as Cloud Logging has it.
 */
export function timeOf({ line, arrivedMs }: Entry): number {
  const time = String(line.time);
  const [, beyondMs = ''] = /\.\d{3}(\d+)/.exec(time) ?? [];
  const writtenMs = Date.parse(time);
  return Number.isNaN(writtenMs) ? arrivedMs : writtenMs + Number(`0.${beyondMs}`);
}

/** The same waterfall, with each log line of its trace among the events of the span that wrote it. */
export function withLogs(waterfall: Waterfall, entries: readonly Entry[]): Waterfall {
  const bySpan = Map.groupBy(linesOfTrace(entries, waterfall.traceId), spanIdOf);
  const withOwn = (span: WaterfallSpan): WaterfallSpan => {
    const logged = (bySpan.get(span.spanId) ?? []).map((entry) => ({
      name: `log ${entry.line.severity ?? 'DEFAULT'} ${String(entry.line.message ?? '')}`,
      offsetMs: timeOf(entry) - waterfall.startMs + span.shiftedMs,
      attributes: {},
    }));
    if (logged.length === 0) return span;
    const events = [...(span.events ?? []), ...logged];
    return { ...span, events: events.sort((one, other) => one.offsetMs - other.offsetMs) };
  };
  return { ...waterfall, spans: waterfall.spans.map(withOwn) };
}

/** Fields that every line has, and those that only link it. */
const LEFT_OUT =
  /^(severity|message|time|service|requestMethod|status|logging\.googleapis\.com\/.*)$/;
const SHOWN_LINES = 12;

/** What a run without traces leaves to look at: its last log lines, in the order of their times. */
export function renderLogTail(platform: string, entries: readonly Entry[]): string {
  const last = entries
    .filter(({ line }) => line.httpRequest !== undefined || line.grpcCode !== undefined)
    .sort((one, other) => timeOf(one) - timeOf(other))
    .slice(-SHOWN_LINES);
  return [
    '',
    `The last log lines of requests on ${platform}:`,
    '',
    ...last.map(renderLine),
    '',
  ].join('\n');
}

/** The message, then `key=value` of what only this line has. */
export function textOf({ line }: Entry): string {
  // What an HTTP request took is one level down.
  const { httpRequest, ...own } = line;
  const rest = Object.entries({ ...own, ...(httpRequest as object | undefined) })
    .filter(([key]) => !LEFT_OUT.test(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [line.message, ...rest].join(' ');
}

function renderLine(entry: Entry): string {
  const { program, line } = entry;
  const time = new Date(timeOf(entry)).toISOString().slice(11, 23);
  const head = [time, program.padEnd(7), String(line.severity)];
  const text = printable(`${head.join('  ')}  ${textOf(entry)}`);
  return columnsOf(text) > TEXT_COLUMNS ? `${text.slice(0, TEXT_COLUMNS - 1)}…` : text;
}
