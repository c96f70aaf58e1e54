import { parseCommandLine, UsageError, wholeNumber } from '../cli/command-line.ts';
import { originOf, READ_FLAGS } from '../cli/origin.ts';
import { checkWindow, parseTime } from '../cli/time-window.ts';
import type { ReadOptions } from '../traces/sources/open-source.ts';

export const HELP = `Looks at traces: is tracing healthy? What is wrong, why, and what cures it.

  npm run doctor -- --local
  npm run doctor -- --project my-project --since 2h
  npm run doctor -- --project my-project \\
                    --trace 4bf92f3577b34da6a3ce929d0e0e4736
  npm run doctor -- --from traces.ndjson --logs server.log
  npm run doctor -- --preflight --project my-project

Where traces come from (one of)
  --project P      Cloud Trace of this project, with your application default
                   credentials
  --local          the Cloud Trace of the system that npm start runs
  --from FILE...   files: of --save, or OTLP JSON (one document, or one a line)

Which
  --trace ID       this trace only; may be repeated
  --since TIME     30m, 2h, 1d before now, or 2026-03-02T10:00:00Z
                   (default 30m; files: everything)
  --until TIME     the same (default now)
  --filter FILTER  Cloud Trace filter (default +service.namespace:shakesapp;
                   '' for none)
  --max-traces N   stop after so many (default 5000)
  --restart        read anew; without it a read that was interrupted within the
                   hour goes on, with the window that it had
  --logs FILE      also look for log lines that do not lead to their trace: JSON
                   lines as the programs print them, or what gcloud logging read
                   --format=json prints; may be repeated

Results
  --json           print the diagnosis as JSON

No traces at all
  --preflight      look at the project instead: what keeps traces from arriving;
                   flags of its own, see --preflight --help

Traces that ended less than 15 s before they were read are left out: their
spans may still be on the way.

Exit code: 0 healthy; 1 a finding or a failure; 2 bad usage.
`;

export type Options = ReadOptions &
  Readonly<{
    traceIds: ReadonlySet<string>;
    logs: readonly string[];
    json: boolean;
    /** The same command with its relative times counted from another moment. */
    at(nowMs: number): Options;
  }>;

const MANY = { type: 'string', multiple: true } as const;
const FLAGS = {
  ...READ_FLAGS,
  trace: MANY,
  logs: MANY,
  json: { type: 'boolean', default: false },
} as const;

/** The names of all flags. */
export const FLAG_NAMES: readonly string[] = Object.keys(FLAGS);

/** 'help' where it was asked for. Throws UsageError. */
export function parseOptions(argv: readonly string[], nowMs: number): Options | 'help' {
  const { values, positionals } = parseCommandLine(argv, FLAGS, true);
  if (values.help === true) return 'help';
  const origin = originOf(values, positionals);
  const since = values.since ?? (origin.kind === 'files' ? undefined : '30m');
  const fixed = {
    origin,
    traceIds: new Set((values.trace ?? []).map(parseTraceId)),
    times: JSON.stringify([since ?? null, values.until ?? null]),
    filter: values.filter,
    mostTraces: wholeNumber('max-traces', values['max-traces'], {
      min: 1,
      max: 100_000,
      preset: 5_000,
    }),
    // By its id a trace is read anew in any case.
    restart: values.restart || values.trace !== undefined,
    logs: values.logs ?? [],
    json: values.json,
  };
  const at = (askedAtMs: number): Options => {
    const sinceMs = parseTime('since', since, askedAtMs) ?? 0;
    const untilMs = parseTime('until', values.until, askedAtMs);
    checkWindow('--since', sinceMs, untilMs ?? askedAtMs);
    return { ...fixed, sinceMs, untilMs, askedAtMs, at };
  };
  return at(nowMs);
}

function parseTraceId(value: string): string {
  if (/^[0-9a-f]{32}$/i.test(value)) return value.toLowerCase();
  throw new UsageError(`--trace is ${JSON.stringify(value)}; allowed: 32 hexadecimal digits`);
}
