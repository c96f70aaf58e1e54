import { LOG_FIELD } from '../../lib/telemetry/log-fields.ts';
import { formatMs, printable, TEXT_COLUMNS } from '../cli/format.ts';
import { isFailure } from './log-book.ts';
import { PLATFORM_LABEL } from './platforms/labels.ts';
import type { LogLine, PlatformEvent } from './platforms/platform.ts';

const SHORT: Readonly<Record<LogLine['platform'], string>> = { cloud_run: 'run', gke: 'gke' };

/** Of so many traces the reason of a failure is kept until loadgen says that the request failed. */
const MOST_REASONS = 1_000;

/** What the terminal shows of the programs; what it leaves out goes to `detail`. */
export type Console = Readonly<{
  onLog(line: LogLine): void;
  onEvent(event: PlatformEvent): void;
}>;

/**
 * A request that fails is one line, by loadgen, with the reason that the program below it logged.
 * Fields and stack traces are for whoever searches for the cause: they go to the log file.
 */
export function createConsole(options: {
  verbose: boolean;
  /** Whether another list names failed requests, so that a line here would be the second one. */
  requestsListed: boolean;
  print: (line: string) => void;
  detail: (entry: LogLine) => void;
}): Console {
  const { verbose, requestsListed, print, detail } = options;
  const reasons = new Map<string, string>();
  const shown = (entry: LogLine): string | undefined => {
    const { line } = entry;
    if (typeof line === 'string') return isStack(line) ? undefined : at(entry, line);
    const trace = String(line[LOG_FIELD.trace] ?? '');
    const isFailedRequest = entry.program === 'loadgen' && line.message === 'request failed';
    if (isFailedRequest && requestsListed) return undefined;
    if (isFailedRequest) return renderFailedRequest(entry, line, reasons.get(trace));
    if (trace !== '' && entry.program !== 'loadgen') {
      // Part of a request: its failure becomes the reason in loadgen's line.
      if (!reasons.has(trace)) reasons.set(trace, reasonOf(line));
      const [oldest] = reasons.keys();
      if (reasons.size > MOST_REASONS && oldest !== undefined) reasons.delete(oldest);
      return undefined;
    }
    const message = String(line.message ?? '');
    const [detail] = Array.isArray(line.details) ? line.details : [];
    const error = messageOf(line.error) ?? messageOf(line.reason) ?? messageOf(detail);
    return at(entry, error === undefined ? message : `${message}: ${error}`);
  };
  return {
    onLog(entry) {
      if (verbose) return print(renderEverything(entry));
      const { line } = entry;
      if (typeof line !== 'string' && !isLoud(line)) return;
      if (!isOrdered(line)) detail(entry);
      const text = shown(entry);
      if (text !== undefined) print(text);
    },
    onEvent(event) {
      const text = renderEvent(event, verbose);
      if (text !== undefined) print(text);
    },
  };
}

/** Whether it is shown without --verbose. */
const isLoud = (line: Readonly<Record<string, unknown>>): boolean =>
  line.severity === 'WARNING' || isFailure(line);

const at = ({ platform, program }: Pick<LogLine, 'platform' | 'program'>, text: string): string =>
  oneLine(`${SHORT[platform]}/${program}`.padEnd(12), text);

function renderFailedRequest(
  { platform }: LogLine,
  line: Readonly<Record<string, unknown>>,
  reason: string | undefined,
): string {
  const kind = String(line.kind ?? 'error').replace(/^http_/, '');
  const why = reason ?? messageOf(line.error) ?? '';
  const which = `request ${line.sequence} (${JSON.stringify(line.query ?? '')})`;
  return oneLine(`${PLATFORM_LABEL[platform]}:`, `${which} failed: ${kind}, ${why}`);
}

/** Why, in the words of the program: without what the libraries below it add. */
const reasonOf = (line: Readonly<Record<string, unknown>>): string =>
  (messageOf(line.error) ?? String(line.message ?? '')).split(': ', 1)[0] ?? '';

function messageOf(error: unknown): string | undefined {
  if (typeof error === 'string') return error;
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  return String(error.message);
}

/** The caller turned a protection off: nothing fails, and the terminal shows the complete line. */
const isOrdered = (line: LogLine['line']): boolean =>
  typeof line !== 'string' && String(line.message ?? '').startsWith('unprotected trace: ');

/** A frame of a stack trace, or what Node prints around one. */
const isStack = (line: string): boolean => /^\s*(at |\^|$|node:|file:\/\/|Node\.js v)/.test(line);

function oneLine(head: string, text: string): string {
  const line = `${head} ${printable(text.trim().replaceAll(/\s+/g, ' '))}`;
  return line.length > TEXT_COLUMNS ? `${line.slice(0, TEXT_COLUMNS - 1)}…` : line;
}

/** For --verbose: all that the program wrote but for what is the same in every line. */
function renderEverything(entry: LogLine): string {
  const { line } = entry;
  const place = `${SHORT[entry.platform]}/${entry.program}`.padEnd(12);
  if (typeof line === 'string') return `${place} ${line}`;
  const { severity, message, time: _, service: __, ...fields } = line;
  const rest = Object.entries(fields)
    .filter(([key]) => !key.startsWith('logging.googleapis.com/'))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(' ');
  const text = `${place} ${severity ?? 'DEFAULT'} ${String(message ?? '')} ${rest}`;
  return text.trimEnd().slice(0, 1000);
}

/** What a platform did with an instance, for a person; undefined where it is not shown. */
export function renderEvent(event: PlatformEvent, verbose: boolean): string | undefined {
  const place = `${SHORT[event.platform]}/${event.program}`.padEnd(12);
  switch (event.type) {
    case 'ready':
      return `${place} ready after ${formatMs(event.afterMs)} (from zero, on this machine)`;
    case 'awaited':
      return `${place} waits for ${event.address}; start it with: . ${event.environmentFile}`;
    case 'killed':
    case 'failed':
      return `${place} ${event.type}: ${event.reason}`;
    case 'exited':
      return event.code === 0 && !verbose
        ? undefined
        : `${place} exited with ${event.signal ?? `code ${event.code}`}`;
    default:
      return verbose ? `${place} ${JSON.stringify(event)}` : undefined;
  }
}
