import type { LogLine, PlatformEvent } from './platforms/platform.ts';

const SHORT: Readonly<Record<LogLine['platform'], string>> = { cloud_run: 'run', gke: 'gke' };

/** Severities that are shown without --verbose. */
const LOUD = new Set(['WARNING', 'ERROR', 'CRITICAL']);

/** One log line of a program for a person, or undefined where it is not shown. */
export function renderLogLine(entry: LogLine, verbose: boolean): string | undefined {
  const { line } = entry;
  const place = `${SHORT[entry.platform]}/${entry.program}`.padEnd(12);
  if (typeof line === 'string') return `${place} ${line}`;
  const severity = String(line.severity ?? 'DEFAULT');
  if (!verbose && !LOUD.has(severity)) return undefined;
  const { severity: _, message, time: __, service: ___, ...fields } = line;
  const rest = Object.entries(fields)
    .filter(([key]) => !key.startsWith('logging.googleapis.com/'))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(' ');
  return `${place} ${severity} ${String(message ?? '')} ${rest}`.trimEnd().slice(0, 1000);
}

/** What a platform did with an instance, for a person; undefined where it is not shown. */
export function renderEvent(event: PlatformEvent, verbose: boolean): string | undefined {
  const place = `${SHORT[event.platform]}/${event.program}`.padEnd(12);
  switch (event.type) {
    case 'ready':
      return `${place} ready after ${event.afterMs.toFixed(0)} ms (from zero, on this machine)`;
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
