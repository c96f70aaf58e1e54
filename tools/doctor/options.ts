import { parseCommandLine, UsageError, wholeNumber } from '../command-line.ts';
import { parseTime } from '../compare/cohort.ts';

export const HELP = `Looks at traces and says whether tracing is healthy: what is wrong, why, and what cures it.

  npm run doctor -- --local
  npm run doctor -- --project my-project --since 2h
  npm run doctor -- --project my-project --trace 4bf92f3577b34da6a3ce929d0e0e4736
  npm run doctor -- --from traces.ndjson --logs server.log

Where traces come from (one of)
  --project P      Cloud Trace of this project, with your application default credentials
  --local          the Cloud Trace of the system that npm start runs
  --from FILE...   files: of --save, or OTLP JSON (one document, or one a line)

Which
  --trace ID       this trace only; may be repeated
  --since TIME     30m, 2h, 1d before now, or 2026-03-02T10:00:00Z (default 30m; files: everything)
  --until TIME     the same (default now)
  --filter FILTER  Cloud Trace filter (default +service.namespace:shakesapp; '' for none)
  --max-traces N   stop after so many (default 5000)
  --logs FILE      also look for log lines that do not lead to their trace: JSON lines as the
                   programs print them, or what gcloud logging read --format=json prints; may be
                   repeated

Results
  --json           print the diagnosis as JSON

Traces that ended less than 15 s ago are left out: their spans may still be on the way.

Exit code: 0 healthy; 1 a finding or a failure; 2 bad usage.
`;

export type Origin = Readonly<
  | { kind: 'project'; projectId: string }
  | { kind: 'local' }
  | { kind: 'files'; paths: readonly string[] }
>;

export type Options = Readonly<{
  origin: Origin;
  traceIds: ReadonlySet<string>;
  /** As given: part of the key under which pages that were read are kept. */
  window: Readonly<{ since: string; until?: string | undefined }>;
  sinceMs: number;
  untilMs: number | null;
  filter: string | undefined;
  mostTraces: number;
  logs: readonly string[];
  json: boolean;
}>;

const STRING = { type: 'string' } as const;
const MANY = { type: 'string', multiple: true } as const;
const FLAGS = {
  project: STRING,
  local: { type: 'boolean' },
  from: MANY,
  trace: MANY,
  since: STRING,
  until: STRING,
  filter: STRING,
  'max-traces': STRING,
  logs: MANY,
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const;

/** 'help' where it was asked for. Throws UsageError. */
export function parseOptions(argv: readonly string[], nowMs: number): Options | 'help' {
  const { values, positionals } = parseCommandLine(argv, FLAGS, true);
  if (values.help === true) return 'help';
  const origin = originOf(values, positionals);
  const since = values.since ?? (origin.kind === 'files' ? undefined : '30m');
  return {
    origin,
    traceIds: new Set((values.trace ?? []).map(parseTraceId)),
    window: { since: since ?? '', until: values.until },
    sinceMs: parseTime('since', since, nowMs) ?? 0,
    untilMs: parseTime('until', values.until, nowMs),
    filter: values.filter,
    mostTraces: wholeNumber('max-traces', values['max-traces'], {
      min: 1,
      max: 100_000,
      preset: 5_000,
    }),
    logs: values.logs ?? [],
    json: values.json,
  };
}

function parseTraceId(value: string): string {
  if (/^[0-9a-f]{32}$/i.test(value)) return value.toLowerCase();
  throw new UsageError(`--trace is ${JSON.stringify(value)}; allowed: 32 hexadecimal digits`);
}

function originOf(
  values: { project?: string; local?: boolean; from?: readonly string[] },
  positionals: readonly string[],
): Origin {
  const { project, local, from } = values;
  if ([project, local, from].filter((value) => value !== undefined).length !== 1) {
    throw new UsageError('name one place to read from: --project P, --local or --from FILE...');
  }
  if (from !== undefined) return { kind: 'files', paths: [...from, ...positionals] };
  if (positionals.length > 0) {
    throw new UsageError(`unknown argument ${JSON.stringify(positionals[0])}; see --help`);
  }
  return project === undefined ? { kind: 'local' } : { kind: 'project', projectId: project };
}
