import { checkOutput, UsageError } from '../cli/command-line.ts';
import type { DoctorFlags } from '../cli/commands/doctor.ts';
import { originOf } from '../cli/origin.ts';
import { checkWindow, parseTime } from '../cli/time-window.ts';
import type { Reading } from '../traces/profile/profile.ts';
import { filterOf, readingOf } from '../traces/profile/reading.ts';
import type { ReadOptions } from '../traces/sources/open-cloud-trace.ts';
import { sampleOptions } from '../traces/sources/sampling/sample-options.ts';

export type Options = ReadOptions &
  Readonly<{
    traceIds: ReadonlySet<string>;
    logs: readonly string[];
    /** What a request is. */
    reading: Reading;
    json: string | true | undefined;
    /** The same command with its relative times counted from another moment. */
    at(nowMs: number): Options;
  }>;

/** Throws UsageError. */
export function parseOptions(flags: DoctorFlags, nowMs: number): Options {
  const origin = originOf(flags);
  checkOutput('json', flags.json);
  const since = flags.since ?? (origin.kind === 'files' ? undefined : '30m');
  const reading = readingOf(flags);
  const fixed = {
    origin,
    reading,
    traceIds: new Set((flags.trace ?? []).map(parseTraceId)),
    times: JSON.stringify([since ?? null, flags.until ?? null]),
    filter: filterOf(reading, flags.filter),
    ...sampleOptions(flags, origin),
    // By its id a trace is always read from the source.
    restart: flags.restart === true || flags.trace !== undefined,
    logs: flags.logs ?? [],
    json: flags.json,
  };
  const at = (askedAtMs: number): Options => {
    const sinceMs = parseTime('since', since, askedAtMs) ?? 0;
    const untilMs = parseTime('until', flags.until, askedAtMs);
    checkWindow('--since', sinceMs, untilMs ?? askedAtMs);
    return { ...fixed, sinceMs, untilMs, askedAtMs, at };
  };
  return at(nowMs);
}

function parseTraceId(value: string): string {
  if (/^[0-9a-f]{32}$/i.test(value)) return value.toLowerCase();
  throw new UsageError(`--trace is ${JSON.stringify(value)}; allowed: 32 hexadecimal digits`);
}
